import type { AccountMoved } from '#contracts';
import type { ReadTables, RowCursor } from '#read-model';
import type { Clock } from '#async';
import { itemOf } from '../common/reads/response-items.js';
import type { News } from './read-model-changes.js';
import { placeText } from './event-id.js';

export interface RowStreamTerms {
  readonly tables: Pick<ReadTables, 'account' | 'transactionsAfter'>;
  readonly news: News;
  readonly clock: Pick<Clock, 'timeOfDay'>;
  readonly heartbeatMs: number;
}

export interface RowStreamRequest {
  readonly userId: string;
  /** Newer rows than this one. */
  readonly after: RowCursor;
  /** When the reader has to show a token again. */
  readonly untilMs: number;
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
export async function* rowStream(
  { tables, news, clock, heartbeatMs }: RowStreamTerms,
  { userId, after, untilMs, signal }: RowStreamRequest,
): AsyncGenerator<string> {
  let last = after;
  let told: number | null = null;
  // With an id, so that a reader who is cut off before the first row knows where to go on.
  yield `retry: ${RETRY_MS}\nid: ${placeText(after)}\n${eventOf('open', {})}`;
  while (!signal.aborted) {
    const leftMs = untilMs - clock.timeOfDay();
    if (leftMs <= 0) {
      yield eventOf('end', { reason: 'token-expired' });
      return;
    }
    const edition = news.edition;
    // The account first: when its revision is told, all rows up to it have been.
    const revision = (await tables.account(userId))?.revision ?? null;
    if (revision !== told) {
      const rows = await tables.transactionsAfter(userId, last, ROWS_MAX);
      for (const row of rows) {
        last = row;
        yield `id: ${placeText(row)}\n${eventOf('transaction', itemOf(row))}`;
      }
      if (rows.length === ROWS_MAX) continue;
      told = revision;
      if (revision !== null) {
        yield eventOf('account', { revision } satisfies AccountMoved);
      }
    }
    const hasNews = await news.behind(edition, Math.min(heartbeatMs, leftMs), signal);
    if (!hasNews && !signal.aborted) yield ': still here\n\n';
  }
}

const eventOf = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
