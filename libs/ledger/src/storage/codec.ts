import { parseConsumedFast } from './fast-path/parse-consumed.js';
import { parseMetaVersionFast, parseMetaFast } from './fast-path/parse-meta.js';
import type { CommandType } from '../account/commands.js';
import { invalidEventFields, invalidMetaFields } from './event-schema.js';
import type { LedgerEvent } from '../account/events.js';

// How an event stands in a store: `data` is the event as JSON, `meta` canonical JSON of where it came
// from. Both are hashed and kept for ever: a change here is a new version and an upcaster.
const VERSION = 1;

/** What brought an event about, and under which policy. */
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

export interface SerializedEvent {
  readonly type: string;
  readonly data: string;
  readonly meta: string;
}

/** What a program reads: its own version, and those before it one by one. */
interface EventReader {
  readonly version: number;
  /** For each version that is no longer written: its data as data of the version after it. */
  readonly upcasters: Readonly<Record<number, (type: string, data: unknown) => unknown>>;
}

const CURRENT_READER: EventReader = { version: VERSION, upcasters: {} };

/** A stored event that this program can't read: damaged, or written by a newer one. It is never skipped. */
export class UnreadableEvent extends Error {
  override readonly name: string = 'UnreadableEvent';
}

/** Its type or version is not of this build: nothing says that the event itself is damaged. */
export class UnknownEvent extends UnreadableEvent {
  override readonly name = 'UnknownEvent';
}

export function serializeEvent(event: LedgerEvent, provenance: Provenance): SerializedEvent {
  return { type: event.type, data: JSON.stringify(event), meta: serializeMeta(provenance) };
}

export function deserializeEvent(
  stored: SerializedEvent,
  reader = CURRENT_READER,
): { readonly event: LedgerEvent; readonly provenance: Provenance } {
  const { v, provenance } = parseMetaFast(stored.meta) ?? parseMeta(stored.meta);
  return { event: parseData(stored, v, reader), provenance };
}

/** Canonical (RFC 8785): the keys stand in order here, and hold but strings and whole numbers. */
function serializeMeta({ command, correlation, kafka, policy, traceparent }: Provenance): string {
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

/** The event alone, at a fifth less: a fold of many asks for nothing else. */
export function parseEvent(stored: SerializedEvent): LedgerEvent {
  return parseData(
    stored,
    parseMetaVersionFast(stored.meta) ?? parseMeta(stored.meta).v,
    CURRENT_READER,
  );
}

function parseMeta(text: string): { readonly v: number; readonly provenance: Provenance } {
  const meta = parseJson(text, 'meta');
  assertKnownMetaVersion(meta);
  assertNoFaults(invalidMetaFields(meta), 'meta');
  const { v, ...provenance } = meta as Provenance & { readonly v: number };
  return { v, provenance };
}

/** First of all: what else stands in the meta of a newer version, this build can't judge. */
function assertKnownMetaVersion(meta: unknown): void {
  if (typeof meta !== 'object' || meta === null || !('v' in meta)) return;
  if (typeof meta.v === 'number' && Number.isInteger(meta.v))
    assertKnownVersion(meta.v, CURRENT_READER);
}

function assertKnownVersion(version: number, reader: EventReader): void {
  if (version <= reader.version) return;
  throw new UnknownEvent(
    `version ${version} is newer than this program, which reads ${reader.version}`,
  );
}

function parseData(stored: SerializedEvent, version: number, reader: EventReader): LedgerEvent {
  assertKnownVersion(version, reader);
  if (stored.type === 'PointsConsumed' && version === reader.version) {
    const event = parseConsumedFast(stored.data);
    if (event !== null) return event;
  }
  let data = parseJson(stored.data, 'data');
  for (let from = version; from < reader.version; from++) {
    const upcast = reader.upcasters[from];
    if (!upcast) throw new UnknownEvent(`nothing reads events of version ${from}`);
    data = upcast(stored.type, data);
  }
  const faults = invalidEventFields(stored.type, data);
  if (faults === null) throw new UnknownEvent(`unknown type ${stored.type}`);
  assertNoFaults(faults, stored.type);
  const event = data as LedgerEvent;
  if (event.type !== stored.type) {
    throw new UnreadableEvent(`its data says it is ${event.type}, the store ${stored.type}`);
  }
  return event;
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UnreadableEvent(`${what} is not JSON`, { cause });
  }
}

function assertNoFaults(faults: readonly string[], what: string): void {
  if (faults.length > 0) throw new UnreadableEvent(`${what} has a bad ${faults.join(', ')}`);
}
