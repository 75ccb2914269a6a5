import type { LogRecord } from './log-record.js';
import type { LogView } from './stream-index.js';
import { isSoftDeleted, metadataOf } from './stream-metadata.js';
import { isMetaStream, originalOf } from './system-names.js';

/** A metadata stream is gone with the stream it describes. */
export const isGone = (log: LogView, stream: string): boolean =>
  log.isTombstoned(stream) || (isMetaStream(stream) && log.isTombstoned(originalOf(stream)));

/** Whether a reader of the stream finds it. Its events stay in `$all`, found or not. */
export const isFound = (log: LogView, stream: string): boolean =>
  log.lastRevisionOf(stream) >= 0 && !isSoftDeleted(log, stream);

/** Whether a reader finds one event by its stream and revision. */
export const isReadable = (log: LogView, record: LogRecord, nowMs: number): boolean =>
  !isGone(log, record.stream) &&
  isFound(log, record.stream) &&
  visibilityOf(log, record.stream, nowMs)(record);

/** What `$tb`, `$maxCount` and `$maxAge` leave of a stream. */
export function visibilityOf(
  log: LogView,
  stream: string,
  nowMs: number,
): (record: LogRecord) => boolean {
  const { truncateBefore = 0, maxCount, maxAgeSeconds } = metadataOf(log, stream);
  const last = log.lastRevisionOf(stream);
  const first = Math.max(truncateBefore, maxCount === undefined ? 0 : last - maxCount + 1);
  const sinceMs = maxAgeSeconds === undefined ? -Infinity : nowMs - maxAgeSeconds * 1000;
  return (record) => record.revision >= first && record.createdAtMs >= sinceMs;
}
