/**
 * The bytes of one append: data, meta, hash, id and type of each event. All points of an account that
 * expire at once must fit; the largest append that the ledger's specs build has 11.6 MB. A cluster
 * must be configured for it (its default is 1 MiB).
 */
export const APPEND_BYTES_MAX = 12 * 1024 * 1024;

/** Events that a follower delivers to its sink at once. */
export const FOLLOW_BATCH_MAX = 500;

/** Events per page when a stream is read. */
export const STREAM_PAGE_MAX = 500;
