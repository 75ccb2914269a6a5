/** Stream `$$x` holds the metadata of stream `x`. */
export const META_STREAM_PREFIX = '$$';

export const ALL_STREAM = '$all';

/** Its newest event holds the access lists of all streams that have none of their own. */
export const SETTINGS_STREAM = '$settings';

export const SYSTEM_TYPES = {
  metadata: '$metadata',
  streamDeleted: '$streamDeleted',
  link: '$>',
  userCreated: '$UserCreated',
} as const;

/** Revision of a tombstone, and the `$tb` of a deleted stream. */
export const DELETED_REVISION = 9223372036854775807n;

export const isMetaStream = (stream: string): boolean => stream.startsWith(META_STREAM_PREFIX);
export const originalOf = (metaStream: string): string =>
  metaStream.slice(META_STREAM_PREFIX.length);
export const isSystemStream = (stream: string): boolean => stream.startsWith('$');
