import type { EventLog, LogRecord } from './event-log.js';
import { isSoftDeleted, metadataOf } from './stream-metadata.js';

/** Whether a reader of the stream finds it. Its events stay in `$all`, found or not. */
export const isFound = (log: EventLog, stream: string): boolean =>
  log.lastRevisionOf(stream) >= 0 && !isSoftDeleted(log, stream);

/** What `$tb`, `$maxCount` and `$maxAge` leave of a stream. */
export function visibilityOf(
  log: EventLog,
  stream: string,
  nowMs: number,
): (record: LogRecord) => boolean {
  const { truncateBefore = 0, maxCount, maxAgeSeconds } = metadataOf(log, stream);
  const last = log.lastRevisionOf(stream);
  const first = Math.max(truncateBefore, maxCount === undefined ? 0 : last - maxCount + 1);
  const sinceMs = maxAgeSeconds === undefined ? -Infinity : nowMs - maxAgeSeconds * 1000;
  return (record) => record.revision >= first && record.createdAtMs >= sinceMs;
}
