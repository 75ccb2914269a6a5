/**
 * What one append stores: data, meta, hash, id and type of each event. Everything that falls due at
 * once must fit one: the largest that the ledger's specs build is 11.6 MB. A cluster must be
 * configured for it (its default is 1 MiB).
 */
export const APPEND_BYTES_MAX = 12 * 1024 * 1024;

/** Events that a `follow` gives its sink at once. */
export const FOLLOW_BATCH_MAX = 500;

/** Events that a stream is read in, however long it is. */
export const STREAM_PAGE_MAX = 500;
