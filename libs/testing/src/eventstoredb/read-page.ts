import type { EventLog, LogRecord } from './event-log.js';
import type { ReadRequest } from './read-request.js';
import { visibilityOf } from './visible.js';

/** The records that a read (not a subscription) finds, in the order in which they are sent. */
export function* recordsOf(
  log: EventLog,
  request: ReadRequest,
  nowMs: number,
): Iterable<LogRecord> {
  const source = request.stream === null ? log.records : log.streamOf(request.stream);
  const isVisible = request.stream === null ? () => true : visibilityOf(log, request.stream, nowMs);
  const end = source.length;
  const step = request.backwards ? -1 : 1;
  let left = request.count ?? Infinity;
  for (let i = firstIndex(log, request, end); left > 0; i += step) {
    const record = i < end ? source[i] : undefined;
    if (record === undefined) return;
    if (!isVisible(record)) continue;
    if (request.filter !== null && !request.filter.matches(record)) continue;
    left -= 1;
    yield record;
  }
}

/**
 * A stream is read from a revision inclusive, either way. `$all` is read forwards from a position
 * inclusive, backwards exclusive: there a position is the edge in front of a record.
 */
function firstIndex(log: EventLog, request: ReadRequest, end: number): number {
  const { from, backwards, stream } = request;
  if (from.kind === 'start') return backwards && stream === null ? -1 : 0;
  if (from.kind === 'end') return backwards ? end - 1 : end;
  if (stream !== null) return backwards ? Math.min(from.at, end - 1) : from.at;
  const index = log.indexAt(from.at);
  return backwards ? index - 1 : index;
}
