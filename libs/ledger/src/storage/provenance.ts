import type { CommandType } from '../account/commands.js';
import { invalidMetaFields } from './event-schema.js';
import { UnknownEvent, assertValidFields, parseJson } from './unreadable-event.js';

/** The version in which events are written. */
export const VERSION = 1;

/** The command that caused an event, and the policy under which it was decided. */
export interface Provenance {
  readonly command: { readonly source: string; readonly id: string; readonly type: CommandType };
  /** Fingerprint of the policy in force. */
  readonly policy: string;
  readonly correlation: string;
  readonly traceparent?: string;
  readonly kafka?: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
  };
}

/** The version of a stored event, and its provenance: what stands in its `meta`. */
export interface Meta {
  readonly v: number;
  readonly provenance: Provenance;
}

/** Canonical JSON (RFC 8785): the keys are sorted here, and the values are text and whole numbers. */
export function serializeMeta({
  command,
  correlation,
  kafka,
  policy,
  traceparent,
}: Provenance): string {
  return JSON.stringify({
    command: { id: command.id, source: command.source, type: command.type },
    correlation,
    ...(kafka && {
      kafka: { offset: kafka.offset, partition: kafka.partition, topic: kafka.topic },
    }),
    policy,
    ...(traceparent !== undefined && { traceparent }),
    v: VERSION,
  });
}

export function parseMeta(text: string): Meta {
  const meta = parseJson(text, 'meta');
  assertKnownMetaVersion(meta);
  assertValidFields(invalidMetaFields(meta), 'meta');
  const { v, ...provenance } = meta as Provenance & { readonly v: number };
  return { v, provenance };
}

/** Comes before the other checks, because this build can't judge the fields of a newer version. */
function assertKnownMetaVersion(meta: unknown): void {
  if (typeof meta !== 'object' || meta === null || !('v' in meta)) return;
  if (typeof meta.v === 'number' && Number.isInteger(meta.v)) assertKnownVersion(meta.v, VERSION);
}

export function assertKnownVersion(version: number, newestKnown: number): void {
  if (version <= newestKnown) return;
  throw new UnknownEvent(
    `version ${version} is newer than this program, which reads ${newestKnown}`,
  );
}
