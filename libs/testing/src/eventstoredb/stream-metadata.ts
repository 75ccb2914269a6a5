import type { LogRecord } from './log-record.js';
import { aclFrom, type StreamAcl } from './acl.js';
import { InvalidJson, integerFrom, objectFrom, parseJson, type JsonValue } from './server-json.js';
import type { LogView } from './stream-index.js';
import { DELETED_REVISION, isMetaStream } from './system-names.js';

export interface StreamMetadata {
  readonly maxCount?: number;
  readonly maxAgeSeconds?: number;
  readonly truncateBefore?: number;
  /** `$tb` is as far as it goes: the stream is deleted, and may be written again. */
  readonly isSoftDeleted?: true;
  readonly acl?: StreamAcl;
}

const NONE: StreamMetadata = {};
/** A metadata stream shows only its newest event. */
const OF_META_STREAMS: StreamMetadata = { maxCount: 1 };
const parsed = new WeakMap<LogRecord, StreamMetadata>();

export function metadataOf(log: LogView, stream: string): StreamMetadata {
  if (isMetaStream(stream)) return OF_META_STREAMS;
  const record = log.metadataRecordOf(stream);
  if (record === undefined) return NONE;
  const known = parsed.get(record) ?? parseMetadata(record);
  parsed.set(record, known);
  return known;
}

export const isSoftDeleted = (log: LogView, stream: string): boolean =>
  metadataOf(log, stream).isSoftDeleted === true;

/** The same metadata with another `$tb`; null: it is no JSON object, and stays as it is. */
export function withTruncateBefore(raw: Uint8Array, truncateBefore: number): Uint8Array | null {
  try {
    const fields: unknown = JSON.parse(Buffer.from(raw).toString('utf8'));
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return null;
    return Buffer.from(JSON.stringify({ ...fields, $tb: truncateBefore }));
  } catch {
    return null;
  }
}

/** Metadata with one field that the server can't read counts as none at all. */
function parseMetadata(record: LogRecord): StreamMetadata {
  if (record.contentType !== 'application/json') return NONE;
  try {
    return metadataFrom(parseJson(Buffer.from(record.data).toString('utf8')));
  } catch (error) {
    if (error instanceof InvalidJson) return NONE;
    throw error;
  }
}

function metadataFrom(value: JsonValue): StreamMetadata {
  const fields = objectFrom(value);
  for (const name of ['$cacheControl']) integerOrNone(fields.get(name));
  const isTemporary = fields.get('$tmp');
  if (isTemporary !== undefined && typeof isTemporary !== 'boolean') throw new InvalidJson();
  const maxCount = integerOrNone(fields.get('$maxCount'));
  const maxAge = integerOrNone(fields.get('$maxAge'));
  const truncateBefore = integerOrNone(fields.get('$tb'));
  const acl = fields.get('$acl');
  return {
    ...(maxCount !== null && maxCount > 0n ? { maxCount: Number(maxCount) } : {}),
    ...(maxAge !== null && maxAge > 0n ? { maxAgeSeconds: Number(maxAge) } : {}),
    ...(truncateBefore !== null && truncateBefore >= 0n
      ? { truncateBefore: Number(truncateBefore) }
      : {}),
    ...(truncateBefore === DELETED_REVISION ? { isSoftDeleted: true } : {}),
    ...(acl === undefined ? {} : { acl: aclFrom(acl) }),
  };
}

const integerOrNone = (value: JsonValue | undefined): bigint | null =>
  value === undefined ? null : integerFrom(value);
