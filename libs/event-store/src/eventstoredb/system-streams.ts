/** Streams of the server's own. */
export const SYSTEM_PREFIX = '$';
/** Stream `$$x` holds the metadata of stream `x`. */
export const META_PREFIX = '$$';
