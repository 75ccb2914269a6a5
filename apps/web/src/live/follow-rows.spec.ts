import type { PointTransactionItem } from '#contracts';
import type { Answer, Failure } from '../api/failure.js';
import { rowOf } from '../testing/row-builder.js';
import { ATTEMPTS_MAX, QUIET_MS_MAX, followRows, type LiveStatus } from './follow-rows.js';

type Line = Answer<Response>;

const OPEN = (id: number): string => `id: ${id}.0.0\nevent: open\ndata: {}\n\n`;
const ROW = (id: number, says: Partial<PointTransactionItem> = {}): string =>
  `id: ${id}.0.0\nevent: transaction\ndata: ${JSON.stringify(rowOf(id, says))}\n\n`;

const MOVED = (revision: number): string =>
  `event: account\ndata: ${JSON.stringify({ revision })}\n\n`;

const says = (...texts: readonly string[]): Line => ({
  ok: true,
  value: new Response(texts.join('')),
});
const fails = (failure: Failure): Line => ({ ok: false, failure });
const AWAY = fails({ kind: 'away', retryMs: null });

/** A stream that says nothing after its first words, until it is cut. */
const fallsQuiet = (text: string): Line => ({
  ok: true,
  value: new Response(
    new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode(text)) }),
  ),
});

/** Opens one line after the other; the reader leaves when the last has ended. */
async function follow(lines: readonly Line[], { isQuiet = false } = {}) {
  const leave = new AbortController();
  const opened: string[] = [];
  const seen: string[] = [];
  const heard: number[] = [];
  const moves: number[] = [];
  const statuses: LiveStatus[] = [];
  const waits: number[] = [];
  const cuts: boolean[] = [];
  const last = await followRows(
    {
      open: async (after, signal) => {
        opened.push(after);
        signal.addEventListener('abort', () => cuts.push(true));
        const line = lines[opened.length - 1];
        if (line === undefined) leave.abort();
        return line ?? AWAY;
      },
      seen: (place) => void seen.push(place),
      heard: (rows) => void heard.push(...rows.map(({ id }) => id)),
      moved: (revision) => void moves.push(revision),
      status: (status) => void statuses.push(status),
      wait: (ms, signal) => {
        if (ms !== QUIET_MS_MAX) {
          waits.push(ms);
          return Promise.resolve();
        }
        if (isQuiet) return new Promise((resolve) => setTimeout(resolve, 20));
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      },
      chance: () => 1,
    },
    '7',
    leave.signal,
  );
  return { opened, seen, heard, moves, statuses, waits, last, cuts };
}

describe('following new rows', () => {
  it('hears each row, and goes on behind the last one after a cut', async () => {
    const { opened, seen, heard, last } = await follow([
      says(OPEN(7), ROW(9), ROW(12)),
      says(OPEN(12), ROW(13)),
    ]);
    expect(opened).toEqual(['7', '12.0.0', '13.0.0']);
    expect(heard).toEqual([9, 12, 13]);
    expect(last).toBe('13.0.0');
    expect(seen.at(-1)).toBe('13.0.0');
  });

  it('begins where the API says, when it was cut before the first row', async () => {
    expect((await follow([says(OPEN(31))])).opened).toEqual(['7', '31.0.0']);
  });

  it('waits longer each time nobody answers, and begins anew once somebody has', async () => {
    const { waits, statuses } = await follow([AWAY, AWAY, AWAY, says(OPEN(7)), AWAY]);
    expect(waits).toEqual([1_000, 2_000, 4_000, 1_000, 2_000]);
    expect(statuses.slice(0, 4)).toEqual(['connecting', 'waiting', 'connecting', 'waiting']);
    expect(statuses).toContain('live');
  });

  it('waits as long as it is told to', async () => {
    expect((await follow([fails({ kind: 'busy', retryMs: 10_000 })])).waits).toEqual([10_000]);
  });

  it('asks again when the API ends the stream, and stops when the token is not taken', async () => {
    const end = 'event: end\ndata: {"reason":"token-expired"}\n\n';
    const { opened, statuses } = await follow([says(OPEN(9), end), fails({ kind: 'expired' })]);
    expect(opened).toEqual(['7', '9.0.0']);
    expect(statuses.at(-1)).toBe('stopped');
  });

  it('is told that the account moved, with a row or without one, and goes on behind the row', async () => {
    const { heard, moves, opened } = await follow([
      says(OPEN(7), MOVED(3), ROW(8), MOVED(4), MOVED(5)),
      says(OPEN(8), MOVED(5)),
    ]);
    expect(heard).toEqual([8]);
    expect(moves).toEqual([5, 5]);
    expect(opened).toEqual(['7', '8.0.0', '8.0.0']);
  });

  it.each(['{"revision":-1}', '{}', 'no JSON'])(
    'stops at a move that is none: %s',
    async (data) => {
      const { moves, statuses } = await follow([
        says(OPEN(7), `event: account\ndata: ${data}\n\n`),
      ]);
      expect(moves).toEqual([]);
      expect(statuses.at(-1)).toBe('stopped');
    },
  );

  it('stops at a row that is none, and keeps those before it', async () => {
    const { heard, statuses } = await follow([says(OPEN(7), ROW(8), ROW(9, { amount: 0 }))]);
    expect(heard).toEqual([8]);
    expect(statuses.at(-1)).toBe('stopped');
  });

  it('stops after so many attempts', async () => {
    const { opened, statuses } = await follow(Array<Line>(ATTEMPTS_MAX + 5).fill(AWAY));
    expect(opened).toHaveLength(ATTEMPTS_MAX);
    expect(statuses.at(-1)).toBe('stopped');
  });

  it('cuts a line that has fallen quiet, and opens another', async () => {
    const { opened, heard, cuts } = await follow([fallsQuiet(OPEN(7) + ROW(8))], { isQuiet: true });
    expect(heard).toEqual([8]);
    expect(opened).toEqual(['7', '8.0.0']);
    expect(cuts.length).toBeGreaterThan(0);
  });
});
