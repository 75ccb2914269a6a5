import type { LedgerEvent } from '../account/events.js';
import { invalidEventFields } from './event-schema.js';
import { parseMetaFast, parseMetaVersionFast } from './fast-path/parse-meta.js';
import {
  VERSION,
  assertKnownVersion,
  parseMeta,
  serializeMeta,
  type Provenance,
} from './provenance.js';
import { UnknownEvent, UnreadableEvent, assertValidFields, parseJson } from './unreadable-event.js';

/**
 * An event as it is stored: `data` is the event as JSON, `meta` the canonical JSON of its provenance.
 * Both are hashed and kept for ever, so a change of either needs a new version and an upcaster.
 */
export interface SerializedEvent {
  readonly type: string;
  readonly data: string;
  readonly meta: string;
}

/** A program reads the version it writes, and each older version by way of the version after it. */
interface EventReader {
  readonly version: number;
  /** Turns the data of a version that is no longer written into data of the version after it. */
  readonly upcasters: Readonly<Record<number, (type: string, data: unknown) => unknown>>;
}

const CURRENT_READER: EventReader = { version: VERSION, upcasters: {} };

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

/** The event without its provenance, which is all that a replay needs. */
export function parseEvent(stored: SerializedEvent): LedgerEvent {
  const version = parseMetaVersionFast(stored.meta) ?? parseMeta(stored.meta).v;
  return parseData(stored, version, CURRENT_READER);
}

function parseData(stored: SerializedEvent, version: number, reader: EventReader): LedgerEvent {
  assertKnownVersion(version, reader.version);
  let data = parseJson(stored.data, 'data');
  for (let from = version; from < reader.version; from++) {
    const upcast = reader.upcasters[from];
    if (!upcast) throw new UnknownEvent(`nothing reads events of version ${from}`);
    data = upcast(stored.type, data);
  }
  const invalid = invalidEventFields(stored.type, data);
  if (invalid === null) throw new UnknownEvent(`unknown type ${stored.type}`);
  assertValidFields(invalid, stored.type);
  const event = data as LedgerEvent;
  if (event.type !== stored.type) {
    throw new UnreadableEvent(`its data says it is ${event.type}, the store ${stored.type}`);
  }
  return event;
}
