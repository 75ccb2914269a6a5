import type { PointTransactionItem } from '#contracts';
import type { ApiResult, Failure } from '../api/failure.js';
import { rowOf } from '../testing/row-builder.js';
import { RETRY_LIMITS } from '../api/retry-limits.js';
import { SILENCE_MS_MAX, followRows, type LiveStatus } from './follow-rows.js';

type Connection = ApiResult<Response>;

const OPEN = (id: number): string => `id: ${id}.0.0\nevent: open\ndata: {}\n\n`;
const ROW = (id: number, overrides: Partial<PointTransactionItem> = {}): string =>
  `id: ${id}.0.0\nevent: transaction\ndata: ${JSON.stringify(rowOf(id, overrides))}\n\n`;

const ACCOUNT_CHANGED = (revision: number): string =>
  `event: account\ndata: ${JSON.stringify({ revision })}\n\n`;

const streams = (...texts: readonly string[]): Connection => ({
  ok: true,
  value: new Response(texts.join('')),
});
const failsWith = (failure: Failure): Connection => ({ ok: false, failure });
const UNAVAILABLE = failsWith({ kind: 'away', retryMs: null });

/** A stream that sends `text`, stays open and sends nothing else. */
const fallsSilent = (text: string): Connection => ({
  ok: true,
  value: new Response(
    new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode(text)) }),
  ),
});

/** Opens one connection after the other, and stops when the last one has ended. */
async function follow(connections: readonly Connection[], { isSilent = false } = {}) {
  const controller = new AbortController();
  const openedAfter: string[] = [];
  const positions: string[] = [];
  const receivedIds: number[] = [];
  const revisions: number[] = [];
  const statuses: LiveStatus[] = [];
  const delays: number[] = [];
  const aborts: boolean[] = [];
  let waitsForChunk = 0;
  const lastPosition = await followRows(
    {
      open: async (after, signal) => {
        openedAfter.push(after);
        signal.addEventListener('abort', () => aborts.push(true));
        const connection = connections[openedAfter.length - 1];
        if (connection === undefined) controller.abort();
        return connection ?? UNAVAILABLE;
      },
      onPosition: (position) => void positions.push(position),
      onRows: (rows) => void receivedIds.push(...rows.map(({ id }) => id)),
      onAccountChanged: (revision) => void revisions.push(revision),
      onStatus: (status) => void statuses.push(status),
      clock: {
        now: () => 0,
        after: (ms, callback) => {
          const isDue = ms !== SILENCE_MS_MAX || (isSilent && ++waitsForChunk > 1);
          if (ms !== SILENCE_MS_MAX) delays.push(ms);
          if (isDue) queueMicrotask(callback);
          return () => undefined;
        },
      },
      random: () => 1,
    },
    '7',
    controller.signal,
  );
  return { openedAfter, positions, receivedIds, revisions, statuses, delays, lastPosition, aborts };
}

describe('followRows', () => {
  it('delivers each row once, and resumes after the last one when the connection is lost', async () => {
    const { openedAfter, positions, receivedIds, lastPosition } = await follow([
      streams(OPEN(7), ROW(9), ROW(12)),
      streams(OPEN(12), ROW(13)),
    ]);
    expect(openedAfter).toEqual(['7', '12.0.0', '13.0.0']);
    expect(receivedIds).toEqual([9, 12, 13]);
    expect(lastPosition).toBe('13.0.0');
    expect(positions.at(-1)).toBe('13.0.0');
  });

  it('resumes at the position of the open event when the connection is lost before the first row', async () => {
    expect((await follow([streams(OPEN(31))])).openedAfter).toEqual(['7', '31.0.0']);
  });

  it('waits with exponential back-off, and resets it once the stream is open', async () => {
    const { delays, statuses } = await follow([
      UNAVAILABLE,
      UNAVAILABLE,
      UNAVAILABLE,
      streams(OPEN(7)),
      UNAVAILABLE,
    ]);
    expect(delays).toEqual([1_000, 2_000, 4_000, 1_000, 2_000]);
    expect(statuses.slice(0, 4)).toEqual(['connecting', 'waiting', 'connecting', 'waiting']);
    expect(statuses).toContain('live');
  });

  it('waits for the time that Retry-After asks for', async () => {
    expect((await follow([failsWith({ kind: 'busy', retryMs: 10_000 })])).delays).toEqual([10_000]);
  });

  it('reconnects when the API ends the stream, and stops when the token is rejected', async () => {
    const end = 'event: end\ndata: {"reason":"token-expired"}\n\n';
    const { openedAfter, statuses } = await follow([
      streams(OPEN(9), end),
      failsWith({ kind: 'expired' }),
    ]);
    expect(openedAfter).toEqual(['7', '9.0.0']);
    expect(statuses.at(-1)).toBe('stopped');
  });

  it('reports a change of the account with or without a row, and resumes after the last row', async () => {
    const { receivedIds, revisions, openedAfter } = await follow([
      streams(OPEN(7), ACCOUNT_CHANGED(3), ROW(8), ACCOUNT_CHANGED(4), ACCOUNT_CHANGED(5)),
      streams(OPEN(8), ACCOUNT_CHANGED(5)),
    ]);
    expect(receivedIds).toEqual([8]);
    expect(revisions).toEqual([5, 5]);
    expect(openedAfter).toEqual(['7', '8.0.0', '8.0.0']);
  });

  it.each(['{"revision":-1}', '{}', 'no JSON'])(
    'stops at an invalid account event: %s',
    async (data) => {
      const { revisions, statuses } = await follow([
        streams(OPEN(7), `event: account\ndata: ${data}\n\n`),
      ]);
      expect(revisions).toEqual([]);
      expect(statuses.at(-1)).toBe('stopped');
    },
  );

  it('stops at an invalid row, and keeps the rows before it', async () => {
    const { receivedIds, statuses } = await follow([
      streams(OPEN(7), ROW(8), ROW(9, { amount: 0 })),
    ]);
    expect(receivedIds).toEqual([8]);
    expect(statuses.at(-1)).toBe('stopped');
  });

  it('stops after the maximum number of attempts', async () => {
    const { openedAfter, statuses } = await follow(
      Array<Connection>(RETRY_LIMITS.attemptsMax + 5).fill(UNAVAILABLE),
    );
    expect(openedAfter).toHaveLength(RETRY_LIMITS.attemptsMax);
    expect(statuses.at(-1)).toBe('stopped');
  });

  it('closes a silent connection after a timeout, and opens another', async () => {
    const { openedAfter, receivedIds, aborts } = await follow([fallsSilent(OPEN(7) + ROW(8))], {
      isSilent: true,
    });
    expect(receivedIds).toEqual([8]);
    expect(openedAfter).toEqual(['7', '8.0.0']);
    expect(aborts.length).toBeGreaterThan(0);
  });
});
