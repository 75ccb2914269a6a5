/** Streams of the server itself begin with this. */
export const SYSTEM_PREFIX = '$';
/** Stream `$$x` holds the metadata of stream `x`. */
export const META_PREFIX = '$$';
