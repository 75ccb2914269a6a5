import type { LogRecord } from './event-log.js';
import type { LogView } from './stream-index.js';
import { isMetaStream } from './system-names.js';

export type Roles = readonly string[];

export interface StreamAcl {
  readonly read?: Roles;
  readonly write?: Roles;
  readonly delete?: Roles;
  readonly metaRead?: Roles;
  readonly metaWrite?: Roles;
}

export interface StreamMetadata {
  readonly maxCount?: number;
  readonly maxAgeSeconds?: number;
  readonly truncateBefore?: number;
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
  const known = parsed.get(record) ?? parseMetadata(record.data);
  parsed.set(record, known);
  return known;
}

/** Deleted, but may be written again: `$tb` is as far as it goes. */
export const isSoftDeleted = (log: LogView, stream: string): boolean =>
  (metadataOf(log, stream).truncateBefore ?? 0) > Number.MAX_SAFE_INTEGER;

/** The metadata of a deleted stream that is written to again: all of it stays but `$tb`. */
export function withTruncateBefore(raw: Uint8Array, truncateBefore: number): Uint8Array {
  return Buffer.from(JSON.stringify({ ...fieldsOf(raw), $tb: truncateBefore }));
}

function parseMetadata(raw: Uint8Array): StreamMetadata {
  const fields = fieldsOf(raw);
  const acl = isObject(fields['$acl']) ? aclOf(fields['$acl']) : undefined;
  return {
    ...numberAs('maxCount', fields['$maxCount']),
    ...numberAs('maxAgeSeconds', fields['$maxAge']),
    ...numberAs('truncateBefore', fields['$tb']),
    ...(acl === undefined ? {} : { acl }),
  };
}

function aclOf(fields: Record<string, unknown>): StreamAcl {
  return {
    ...rolesAs('read', fields['$r']),
    ...rolesAs('write', fields['$w']),
    ...rolesAs('delete', fields['$d']),
    ...rolesAs('metaRead', fields['$mr']),
    ...rolesAs('metaWrite', fields['$mw']),
  };
}

function fieldsOf(raw: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(raw).toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const numberAs = <Name extends string>(name: Name, value: unknown): { [N in Name]?: number } =>
  typeof value === 'number' ? asField(name, value) : {};

function rolesAs<Name extends string>(name: Name, value: unknown): { [N in Name]?: Roles } {
  if (typeof value === 'string') return asField(name, [value]);
  if (!Array.isArray(value)) return {};
  return asField(
    name,
    value.filter((role) => typeof role === 'string'),
  );
}

const asField = <Name extends string, Value>(name: Name, value: Value): { [N in Name]?: Value } => {
  const field: { [N in Name]?: Value } = {};
  field[name] = value;
  return field;
};
