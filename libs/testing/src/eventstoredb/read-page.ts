import type { ServerState } from './server-state.js';
import type { LogRecord } from './log-record.js';
import type { ReadRequest } from './read-request.js';
import { invalidPosition, streamDeleted, unexpected } from './rpc-errors.js';
import { READ_BATCH_SIZE } from './subscription-source.js';
import { isFound, isGone, visibilityOf } from './visibility.js';

/**
 * The records that a read (not a subscription) finds, in the order in which they are sent. The server
 * reads them page by page: what is committed meanwhile is read, and a stream may be gone by the next.
 */
export function* recordsOf(state: ServerState, request: ReadRequest): Iterable<LogRecord> {
  const { stream, filter, count, backwards } = request;
  if (count === 0)
    throw unexpected(stream === null ? 'ReadAllResult' : 'ReadStreamResult', 'Error');
  let index = firstIndex(state, request);
  for (let left = count ?? Infinity; left > 0;) {
    const { log } = state;
    if (stream !== null && isGone(log, stream)) throw streamDeleted(stream);
    if (stream !== null && !isFound(log, stream)) return;
    const source = stream === null ? log.records : log.streamOf(stream);
    const isVisible = stream === null ? () => true : visibilityOf(log, stream, state.nowMs());
    const page: LogRecord[] = [];
    while (page.length < Math.min(READ_BATCH_SIZE, left)) {
      const record = source[index];
      if (record === undefined) break;
      index += backwards ? -1 : 1;
      if (isVisible(record) && filter?.matches(record) !== false) page.push(record);
    }
    if (page.length === 0) return;
    left -= page.length;
    yield* page;
  }
}

/**
 * A stream is read from a revision inclusive, in either direction. `$all` is read forwards from a position
 * inclusive, backwards exclusive: there a position is the edge in front of a record.
 */
function firstIndex(state: ServerState, request: ReadRequest): number {
  const { log } = state;
  const { from, backwards, stream } = request;
  const end = stream === null ? log.records.length : log.streamOf(stream).length;
  if (from.kind === 'start') return backwards && stream === null ? -1 : 0;
  if (from.kind === 'end') return backwards ? end - 1 : end;
  if (stream !== null) return backwards ? Math.min(from.at, end - 1) : from.at;
  if (!log.isRecordBoundary(from.at)) throw invalidPosition(state.version);
  const index = log.indexAt(from.at);
  return backwards ? index - 1 : index;
}
