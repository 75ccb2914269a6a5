import type { CommandType } from '../account/commands.js';
import type { ImportEventType } from '../account/import-events.js';
import { invariant } from '../support/assert.js';
import {
  fieldChecksOf,
  invalidFields,
  isObject,
  optional,
  positiveNumber,
  text,
  wholeNumber,
  type FieldCheck,
  type FieldChecks,
} from './field-checks.js';
import { UnknownEvent, assertValidFields, parseJson } from './unreadable-event.js';

/** The newest version in which events are written. */
export const VERSION = 2;

/** What the digest of a command covers: its parsed data, with sorted names and without nulls. */
export type DigestedData = Readonly<Record<string, unknown>>;

/** The command that caused an event, and the settings under which it was decided. */
export interface Provenance {
  readonly command: {
    readonly source: string;
    readonly id: string;
    readonly type: CommandType | ImportEventType;
  };
  readonly correlation: string;
  readonly traceparent?: string | undefined;
  readonly kafka?:
    | {
        readonly topic: string;
        readonly partition: number;
        readonly offset: string;
      }
    | undefined;
  /** Fingerprint of the policy in force, by rules 1. */
  readonly policy?: string | undefined;
  /** The version of the settings in force, and its rules; absent: there were none yet. */
  readonly settings?: number;
  readonly rules?: number;
  /** Of the first event that was recorded for the command. */
  readonly data?: DigestedData | undefined;
}

/** The version of a stored event, and its provenance: what stands in its `meta`. */
export interface Meta {
  readonly v: number;
  readonly provenance: Provenance;
}

/**
 * Canonical JSON (RFC 8785): the keys are sorted here, those of the data were when it was digested, and
 * the values are text and numbers.
 */
export function serializeMeta(provenance: Provenance, version: number): string {
  const { command, correlation, data, kafka, policy, rules, settings, traceparent } = provenance;
  invariant(
    version === 1 ? policy !== undefined : settings !== undefined && rules !== undefined,
    'rules 1 name the fingerprint of their policy, and rules 2 their settings',
  );
  // Names of undefined values are left out. A spread for each of them would take three times as long.
  return JSON.stringify({
    command: { id: command.id, source: command.source, type: command.type },
    correlation,
    data,
    kafka: kafka && { offset: kafka.offset, partition: kafka.partition, topic: kafka.topic },
    policy: version === 1 ? policy : undefined,
    rules,
    settings,
    traceparent,
    v: version,
  });
}

export function parseMeta(json: string, newest = VERSION): Meta {
  const meta = parseJson(json, 'meta');
  const version = isObject(meta) && Number.isInteger(meta['v']) ? (meta['v'] as number) : 1;
  // This comes before the other checks, because a build can't judge the fields of a newer version.
  if (version > newest) {
    throw new UnknownEvent(`version ${version} is newer than this program, which reads ${newest}`);
  }
  assertValidFields(invalidFields(version < 2 ? META_1 : META_2, meta), 'meta');
  assertKnownRules(version, meta as Provenance);
  const { v, ...provenance } = meta as Provenance & { readonly v: number };
  return { v, provenance };
}

/** What later rules mean by their events, this build can't know. */
function assertKnownRules(version: number, { rules }: Provenance): void {
  if (rules === undefined || rules === version) return;
  if (rules > version) throw new UnknownEvent(`rules ${rules} are not known to this program`);
  assertValidFields(['rules'], 'meta');
}

const absent: FieldCheck = (value) => value === undefined;

const COMMON = {
  v: positiveNumber,
  command: (value: unknown) =>
    isObject(value) && text(value['source']) && text(value['id']) && text(value['type']),
  correlation: text,
  traceparent: optional(text),
  kafka: optional(
    (value) =>
      isObject(value) &&
      text(value['topic']) &&
      wholeNumber(value['partition']) &&
      text(value['offset']),
  ),
  data: optional(isObject),
};

const META_1: FieldChecks = fieldChecksOf({
  ...COMMON,
  policy: text,
  rules: optional(positiveNumber),
  settings: optional(positiveNumber),
});

const META_2: FieldChecks = fieldChecksOf({
  ...COMMON,
  policy: absent,
  rules: positiveNumber,
  settings: positiveNumber,
});
