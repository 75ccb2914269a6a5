import { rulesOf, type LedgerEvent } from '../account/events.js';
import { invalidFields, type FieldChecks } from './field-checks.js';
import { parseMetaFast, parseMetaVersionFast } from './fast-path/parse-meta.js';
import { VERSION, parseMeta, serializeMeta, type Provenance } from './provenance.js';
import { SCHEMAS_1 } from './schema-1.js';
import { SCHEMAS_2 } from './schema-2.js';
import { downcastTo1, upcastFrom1, type EventOfVersion1 } from './upcast.js';
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

/** How a version of the data is read: it is checked as it was written, and then brought up to date. */
interface VersionReader {
  readonly schemas: ReadonlyMap<string, FieldChecks>;
  /** Turns data that has passed into data of the version after it; null: it is the newest. */
  readonly upcast: ((data: object) => object) | null;
}

/** By version. A program reads the versions it writes and every older one. */
export type EventReader = Readonly<Record<number, VersionReader>>;

const READER: EventReader = {
  1: { schemas: SCHEMAS_1, upcast: (data) => upcastFrom1(data as EventOfVersion1) },
  2: { schemas: SCHEMAS_2, upcast: null },
};

/** Rules 1 write version 1, so that older programs go on reading, and rules 2 write version 2. */
export function serializeEvent(event: LedgerEvent, provenance: Provenance): SerializedEvent {
  const version = rulesOf(event);
  const data = version === 1 ? downcastTo1(event) : event;
  const meta = serializeMeta(provenance, version);
  return { type: event.type, data: JSON.stringify(data), meta };
}

export function deserializeEvent(
  stored: SerializedEvent,
  reader = READER,
): { readonly event: LedgerEvent; readonly provenance: Provenance } {
  const { v, provenance } = parseMetaFast(stored.meta) ?? parseMeta(stored.meta, newestOf(reader));
  return { event: parseData(stored, v, reader), provenance };
}

/** The event without its provenance, which is all that a replay needs. */
export function parseEvent(stored: SerializedEvent): LedgerEvent {
  const version = parseMetaVersionFast(stored.meta) ?? parseMeta(stored.meta, VERSION).v;
  return parseData(stored, version, READER);
}

const newestOf = (reader: EventReader): number => Math.max(...Object.keys(reader).map(Number));

function parseData(stored: SerializedEvent, version: number, reader: EventReader): LedgerEvent {
  const { type } = stored;
  const written = reader[version];
  if (written === undefined) throw new UnknownEvent(`nothing reads events of version ${version}`);
  const parsed = parseJson(stored.data, 'data');
  const checks = written.schemas.get(type);
  if (checks === undefined) throw new UnknownEvent(`unknown type ${type}`);
  assertValidFields(invalidFields(checks, parsed), type);
  let data = parsed as LedgerEvent;
  if (data.type !== type) {
    throw new UnreadableEvent(`its data says it is ${data.type}, the store ${type}`);
  }
  let from = version;
  for (let { upcast } = written; upcast !== null;) {
    data = upcast(data) as LedgerEvent;
    from += 1;
    const next = reader[from];
    if (next === undefined) throw new UnknownEvent(`nothing reads events of version ${from}`);
    ({ upcast } = next);
  }
  return data;
}
