/** Data and meta of one append; a cluster's own default is the same. */
export const APPEND_BYTES_MAX = 1024 * 1024;

/** Events that a `follow` gives its sink at once. */
export const FOLLOW_BATCH_MAX = 500;

/** Events that a stream is read in, however long it is. */
export const STREAM_PAGE_MAX = 500;
