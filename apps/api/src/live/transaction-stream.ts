import type { AccountMoved } from '#contracts';
import type { ReadTables, RowCursor } from '#read-model';
import type { Clock } from '#async';
import { itemOf } from '../common/reads/response-items.js';
import type { ReadModelChanges } from './read-model-changes.js';
import { formatEventId } from './event-id.js';

export interface TransactionStreamSources {
  readonly tables: Pick<ReadTables, 'account' | 'transactionsAfter'>;
  readonly changes: ReadModelChanges;
  readonly clock: Pick<Clock, 'timeOfDay'>;
  readonly heartbeatMs: number;
}

export interface TransactionStreamRequest {
  readonly userId: string;
  /** Newer rows than this one. */
  readonly after: RowCursor;
  /** When the reader has to show a token again. */
  readonly expiresAtMs: number;
  readonly signal: AbortSignal;
}

const ROWS_MAX = 200;
/** How long a reader waits before it comes again: behind it is a process that stops, or a network. */
const RETRY_MS = 1_000;

/**
 * New rows of one user as server-sent events, from here on, in order, each once; behind them where
 * the account has come to, for not every event makes a row. Ends when the reader has to show a token
 * again, or when the signal aborts. The reader's pace is the pace.
 */
export async function* transactionStream(
  { tables, changes: news, clock, heartbeatMs }: TransactionStreamSources,
  { userId, after, expiresAtMs: untilMs, signal }: TransactionStreamRequest,
): AsyncGenerator<string> {
  let last = after;
  let sentRevision: number | null = null;
  // With an id, so that a reader who is cut off before the first row knows where to go on.
  yield `retry: ${RETRY_MS}\nid: ${formatEventId(after)}\n${formatEvent('open', {})}`;
  while (!signal.aborted) {
    const leftMs = untilMs - clock.timeOfDay();
    if (leftMs <= 0) {
      yield formatEvent('end', { reason: 'token-expired' });
      return;
    }
    const version = news.version;
    // The account first: when its revision is told, all rows up to it have been.
    const revision = (await tables.account(userId))?.revision ?? null;
    if (revision !== sentRevision) {
      const rows = await tables.transactionsAfter(userId, last, ROWS_MAX);
      for (const row of rows) {
        last = row;
        yield `id: ${formatEventId(row)}\n${formatEvent('transaction', itemOf(row))}`;
      }
      if (rows.length === ROWS_MAX) continue;
      sentRevision = revision;
      if (revision !== null) {
        yield formatEvent('account', { revision } satisfies AccountMoved);
      }
    }
    const isNewer = await news.waitForNewer(version, Math.min(heartbeatMs, leftMs), signal);
    if (!isNewer && !signal.aborted) yield ': still here\n\n';
  }
}

const formatEvent = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
