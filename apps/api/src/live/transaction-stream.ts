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
  /** Only rows newer than this one are sent. */
  readonly after: RowCursor;
  /** When the token expires and the client must reconnect. */
  readonly expiresAtMs: number;
  readonly signal: AbortSignal;
}

const ROWS_MAX = 200;
/** How long a client waits before it reconnects after a shutdown or a network error. */
const RETRY_MS = 1_000;

/**
 * Streams new rows of one user as server-sent events, in order and each once, and after them the
 * revision that the account has reached, because not every event makes a row. It ends when the token
 * expires or the signal aborts. Nothing is read ahead of a slow client.
 */
export async function* transactionStream(
  { tables, changes, clock, heartbeatMs }: TransactionStreamSources,
  { userId, after, expiresAtMs: untilMs, signal }: TransactionStreamRequest,
): AsyncGenerator<string> {
  let last = after;
  let sentRevision: number | null = null;
  // It has an id, so that a client that loses the connection before the first row can resume.
  yield `retry: ${RETRY_MS}\nid: ${formatEventId(after)}\n${formatEvent('open', {})}`;
  while (!signal.aborted) {
    const leftMs = untilMs - clock.timeOfDay();
    if (leftMs <= 0) {
      yield formatEvent('end', { reason: 'token-expired' });
      return;
    }
    const version = changes.version;
    // The account is read first, so that all rows up to its revision are sent before the revision.
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
    const isNewer = await changes.waitForNewer(version, Math.min(heartbeatMs, leftMs), signal);
    if (!isNewer && !signal.aborted) yield ': still here\n\n';
  }
}

const formatEvent = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
