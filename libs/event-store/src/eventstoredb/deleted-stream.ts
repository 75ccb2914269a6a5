// These texts are part of what `npm run audit -- verify --json` prints, so they stay as they are.

/** The detail of a stream that was deleted: it may be written again. */
export const deletedDetail = (stream: string): string => `somebody has deleted stream ${stream}`;

/** The detail of a stream that was deleted permanently, by a tombstone. */
export const tombstonedDetail = (stream: string): string =>
  `somebody has deleted stream ${stream} for ever`;
