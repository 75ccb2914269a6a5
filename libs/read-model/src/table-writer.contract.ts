import fc from 'fast-check';

import type { Position, RecordedEvent } from '#event-store';
import { STREAM_PREFIX, accountStream } from '#identity';
import { REMEMBER_EVERYTHING, replay, type LedgerEvent } from '#ledger';

import { consumed, recharged, refunded, settled, userNo } from './testing/event-builders.js';
import {
  isDenseSuccessor,
  writeAll,
  readStatement,
  type OpenReadTables,
} from './testing/open-tables.js';
import { arbitraryLedgersOfBothRules } from './testing/arbitrary-ledgers.js';
import { expectReferenceTables } from './testing/expect-reference-tables.js';
import type { PoisonReason } from './fold/poison-event.js';
import type { ReadTables } from './read-tables.js';
import type { WriteResult } from './table-writer.js';
import { rowsOf } from './fold/rows-of-event.js';
import {
  withoutProvenance,
  inBatches,
  positionOf,
  recordedEvent,
  inStoreOrder,
  vectorFilesOfRules2,
  vectorUsers,
} from './testing/vectors.js';

const USER = userNo(1);
const users = vectorUsers();
const events = inStoreOrder(users);

const streamOf = (...own: readonly LedgerEvent[]): RecordedEvent[] =>
  inStoreOrder([{ userId: USER, events: own }]);

const batchOf = (...recorded: readonly RecordedEvent[]) => inBatches(recorded, recorded.length)[0]!;

const account = [
  recharged({ balanceAfter: 100 }),
  consumed({ balanceAfter: 90 }),
  consumed({ balanceAfter: 80, consumptionId: 'c2' }),
];

async function everyAccount(tables: ReadTables): Promise<unknown> {
  return Promise.all(
    users.map(async ({ userId }) => ({
      rows: await readStatement(tables, userId),
      account: await tables.account(userId),
      batches: await tables.batches(userId, 1_000),
    })),
  );
}

export function tableWriterContract(open: OpenReadTables): void {
  it.each([7, 2_000])('writes the rows of every account, in batches of %i events', async (size) => {
    const { tables, writer } = await open(isDenseSuccessor);
    await writeAll(writer, inBatches(events, size));
    for (const { userId, rows } of users) {
      expect((await readStatement(tables, userId)).map(withoutProvenance)).toEqual(rows);
    }
  });

  it.each(vectorFilesOfRules2())('writes the rows of rules 2 in $file', async ({ users: some }) => {
    const { tables, writer } = await open(isDenseSuccessor);
    await writeAll(writer, inBatches(inStoreOrder(some), 23));
    for (const user of some) {
      const { userId, rows, balance, held, owed, events: own } = user;
      expect((await readStatement(tables, userId)).map(withoutProvenance)).toEqual(rows);
      if (own.length > 0) {
        expect(await tables.account(userId)).toMatchObject({ balance, held, owed });
      }
      await expectReferenceTables(tables, user);
    }
  });

  it('writes what the reference gives, whatever both rules decide', async () => {
    const sizes = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(arbitraryLedgersOfBothRules, sizes, async (histories, size) => {
        const { tables, writer } = await open(isDenseSuccessor);
        await writeAll(writer, inBatches(inStoreOrder(histories), size));
        for (const history of histories) await expectReferenceTables(tables, history);
      }),
      // Each run opens tables of its own.
      { numRuns: 20 },
    );
  });

  it('numbers rows without gaps, in the order of the events', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    await writeAll(writer, inBatches(events, 100));
    const all = (
      await Promise.all(users.map(({ userId }) => readStatement(tables, userId)))
    ).flat();
    const inOrder = all.sort((a, b) => a.id - b.id);
    expect(inOrder.map((row) => row.id)).toEqual(inOrder.map((_, index) => index + 1));
    const made = users.map(({ userId, events: own }) => [userId, own] as const);
    const eventsOf = new Map(made);
    const expected = events.flatMap(({ stream, revision }) => {
      const userId = stream.slice(STREAM_PREFIX.length);
      return rowsOf(userId, revision, eventsOf.get(userId)![revision]!).transactions;
    });
    expect(inOrder.map(({ user_id, balance_after }) => [user_id, balance_after])).toEqual(
      expected.map(({ user_id, balance_after }) => [user_id, balance_after]),
    );
  });

  it('writes the same rows and ids however the events are split into batches', async () => {
    const one = await open(isDenseSuccessor);
    const other = await open(isDenseSuccessor);
    await writeAll(one.writer, inBatches(events, 13));
    await writeAll(other.writer, inBatches(events, 1_000));
    expect(await everyAccount(one.tables)).toEqual(await everyAccount(other.tables));
  });

  it('keeps the balance and the held points of every account', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    await writeAll(writer, inBatches(events, 50));
    for (const { userId, balance, held, events: own } of users) {
      const revision = own.length - 1;
      expect(await tables.account(userId)).toMatchObject({ balance, held, revision });
    }
  });

  it('lists the batches with points left in the order in which the rules draw on them', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    await writeAll(writer, inBatches(events, 50));
    for (const { userId, events: own } of users) {
      const folded = replay(own, REMEMBER_EVERYTHING);
      const batches = await tables.batches(userId, 1_000);
      expect(batches.map((batch) => [batch.batch_id, batch.remaining, batch.grace])).toEqual(
        [...folded.drawOrder].map(({ id, isGrace }) => [id, folded.remaining.get(id), isGrace]),
      );
    }
  });

  it('counts as points of a batch all that came from outside of it', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const grace = { from: 1, into: 9, expiresAt: '2030-01-08T00:00:00.000Z' };
    const history = streamOf(
      recharged({ balanceAfter: 100 }),
      consumed({ balanceAfter: 60, points: 40 }),
      refunded({ balanceAfter: 75, points: 15, returns: [{ ...grace, points: 15 }] }),
      refunded({ balanceAfter: 80, points: 5, returns: [{ ...grace, points: 5 }] }),
      refunded({ balanceAfter: 90, points: 10 }),
    );
    await writeAll(writer, inBatches(history, 2));
    expect(await tables.batches(USER, 10)).toMatchObject([
      { batch_id: 9, points: 20, remaining: 20, grace: true, priority: 0, revision: 2 },
      { batch_id: 1, points: 100, remaining: 70, grace: false, priority: 50, revision: 0 },
    ]);
  });

  it.each([1, 10])(
    'puts the duration of a settlement on the first row of its pre-deduction, %i events per batch',
    async (size) => {
      const { tables, writer } = await open(isDenseSuccessor);
      const later = '2030-01-01T00:10:00.000Z';
      const history = streamOf(
        recharged({ balanceAfter: 100 }),
        consumed({ balanceAfter: 90, duration: 3, settleBy: '2030-01-02T00:00:00.000Z' }),
        consumed({ balanceAfter: 88, points: 2, of: 1, at: later }),
        settled({ balanceAfter: 88, actual: 12, duration: 4.25, at: later }),
      );
      await writeAll(writer, inBatches(history, size));
      const [, first, second] = await readStatement(tables, USER);
      expect(first).toMatchObject({ duration: 4.25, updated_at: later });
      expect(first?.created_at).not.toBe(later);
      expect(second).toMatchObject({ duration: null });
    },
  );

  it.each([1, 10])(
    'puts the duration of a late settlement on the row of the late charge, %i events per batch',
    async (size) => {
      const { tables, writer } = await open(isDenseSuccessor);
      const history = streamOf(
        recharged({ balanceAfter: 100 }),
        consumed({ balanceAfter: 90, settleBy: '2030-01-02T00:00:00.000Z' }),
        refunded({ balanceAfter: 100, cause: 'timed_out' }),
        consumed({ balanceAfter: 93, points: 7, of: 1 }),
        settled({ balanceAfter: 93, actual: 7, duration: 9, durationOf: 3 }),
      );
      await writeAll(writer, inBatches(history, size));
      const durations = (await readStatement(tables, USER)).map((row) => row.duration);
      expect(durations).toEqual([null, null, null, 9]);
    },
  );

  it('advances the checkpoint past foreign events', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const foreign = {
      ...recordedEvent(USER, 0, account[0]!, 1),
      stream: 'orders-17',
      type: 'Ordered',
    };
    expect(await writer.write(null, { events: [foreign], next: positionOf(4) })).toMatchObject({
      kind: 'applied',
      events: 0,
    });
    expect(await tables.position()).toBe(positionOf(4));
    expect(await writer.write(positionOf(4), { events: [], next: positionOf(6) })).toMatchObject({
      kind: 'applied',
    });
    expect(await tables.position()).toBe(positionOf(6));
  });

  it('writes nothing when the checkpoint is not where the caller expects it', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const [first, second] = streamOf(...account);
    await writer.write(null, batchOf(first!));
    expect(await writer.write(null, batchOf(first!))).toEqual({ kind: 'conflict' });
    expect(await writer.write(positionOf(7), { events: [], next: positionOf(8) })).toEqual({
      kind: 'conflict',
    });
    await writer.write(positionOf(1), batchOf(second!));
    expect(await readStatement(tables, USER)).toHaveLength(2);
  });

  it('lets one of two writers at the same checkpoint win', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const answers = await Promise.all(
      [1, 2].map(() => writer.write(null, batchOf(...streamOf(...account)))),
    );
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['applied', 'conflict']);
    expect(await readStatement(tables, USER)).toHaveLength(3);
  });

  it('never moves the checkpoint backwards', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const history = streamOf(...account);
    await writer.write(null, batchOf(...history));
    expect(await writer.write(positionOf(3), batchOf(history[0]!))).toEqual({ kind: 'nothing' });
    expect(await tables.position()).toBe(positionOf(3));
    expect(await readStatement(tables, USER)).toHaveLength(3);
  });

  it('writes only the new events of a batch that was delivered in part before', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const history = streamOf(...account);
    await writer.write(null, batchOf(...history.slice(0, 2)));
    expect(await writer.write(positionOf(2), batchOf(...history))).toMatchObject({ events: 1 });
    expect(await readStatement(tables, USER)).toHaveLength(3);
  });

  it.each([1, 10])(
    'keeps the smallest and largest values of an event, %i events per batch',
    async (size) => {
      const { tables, writer } = await open(isDenseSuccessor);
      const batchId = Number.MAX_SAFE_INTEGER;
      const [first, last] = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'];
      const sourceId = '\u{10ffff}'.repeat(64);
      const consumptionId = '😀'.repeat(128);
      const most = 1_000_000_000;
      const history = streamOf(
        recharged({
          balanceAfter: most,
          batchId,
          points: most,
          expiresAt: last,
          sourceId,
          at: first,
        }),
        consumed({
          ...{ balanceAfter: 0, points: most, draws: [{ batchId, points: most }], at: first },
          ...{ consumptionId, sourceId, duration: 10_000_000, settleBy: last },
        }),
        refunded({
          ...{ balanceAfter: 1, points: 1, consumptionId, cause: 'overestimated', at: first },
          returns: [{ from: batchId, into: batchId, points: 1, expiresAt: last }],
        }),
        settled({
          ...{ balanceAfter: 1, consumptionId, estimated: most, actual: most - 1, at: last },
          duration: 5e-324,
        }),
      );
      await writeAll(writer, inBatches(history, size));
      const rows = await readStatement(tables, USER);
      expect(rows).toMatchObject([
        { batch_id: batchId, amount: most, source_id: sourceId, created_at: first },
        { batch_id: batchId, source_id: sourceId, duration: 5e-324, created_at: first },
        { batch_id: batchId, amount: 1, duration: null, updated_at: first },
      ]);
      expect(rows[1]?.updated_at).toBe(last);
      expect(await tables.batches(USER, 10)).toMatchObject([
        { batch_id: batchId, remaining: 1, expires_at: last, created_at: first },
      ]);
      const story = await tables.transactionDetails(USER, { id: rows[1]?.id ?? 0 });
      expect(story?.consumption).toMatchObject({
        ...{ consumption_id: consumptionId, duration: 5e-324, actual: most - 1 },
        ...{ opened_at: first, closed_at: last, settle_by: last },
      });
      expect(await tables.account(USER)).toMatchObject({ updated_at: last, balance: 1, held: 0 });
      expect(await tables.dueAccounts(last, 10)).toEqual([{ userId: USER, dueAt: last }]);
    },
  );

  it('writes an event once that occurs twice in a batch', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const [first, second] = streamOf(...account);
    await writer.write(null, batchOf(first!, second!, first!, second!));
    expect(await readStatement(tables, USER)).toHaveLength(2);
  });

  const [first, second, third] = streamOf(...account) as [
    RecordedEvent,
    RecordedEvent,
    RecordedEvent,
  ];
  const at = (place: number, event: RecordedEvent) => ({ ...event, position: positionOf(place) });
  const poisons: readonly [string, PoisonReason, readonly RecordedEvent[]][] = [
    ['a hole in the revisions of an account', 'hole-in-stream', [first, at(2, third)]],
    ['an account that does not begin at revision 0', 'hole-in-stream', [at(1, second)]],
    ['a hole in the positions of the store', 'hole-in-store', [first, at(3, second)]],
    ['a type that it does not know', 'unknown-event', [first, { ...second, type: 'Gifted' }]],
    ['data that is damaged', 'unreadable-event', [first, { ...second, data: '{"type":' }]],
    [
      'an event written by a newer program',
      'unknown-event',
      [first, { ...second, meta: second.meta.replace('"v":1', '"v":3') }],
    ],
    [
      'a revision that comes a second time at another position',
      'hole-in-stream',
      [first, second, at(3, second)],
    ],
    [
      'a balance that the rows do not give',
      'rows-disagree',
      streamOf(account[0]!, consumed({ balanceAfter: 91 })),
    ],
    [
      'a draw on a batch that never came in',
      'rows-disagree',
      streamOf(account[0]!, consumed({ balanceAfter: 90, draws: [{ batchId: 2, points: 10 }] })),
    ],
    [
      'a draw on more than a batch has',
      'rows-disagree',
      streamOf(
        account[0]!,
        recharged({ balanceAfter: 105, batchId: 2, points: 5 }),
        consumed({ balanceAfter: 95, draws: [{ batchId: 2, points: 10 }] }),
      ),
    ],
    [
      'a settlement of what is not open',
      'rows-disagree',
      streamOf(account[0]!, account[1]!, settled({ balanceAfter: 90 })),
    ],
    [
      'a refund of more than was drawn',
      'rows-disagree',
      streamOf(account[0]!, account[1]!, refunded({ balanceAfter: 101, points: 11 })),
    ],
    [
      'a consumption that never began',
      'rows-disagree',
      streamOf(account[0]!, account[1]!, refunded({ balanceAfter: 100, of: 7 })),
    ],
    [
      'more points than a column holds',
      'unwritable-value',
      streamOf(recharged({ balanceAfter: 2 ** 31, points: 2 ** 31 })),
    ],
    [
      'more points held than a column holds',
      'unwritable-value',
      streamOf(
        ...[0, 1].flatMap((n) => [
          recharged({ balanceAfter: 2e9, points: 2e9, batchId: n + 1 }),
          consumed({
            balanceAfter: 0,
            points: 2e9,
            draws: [{ batchId: n + 1, points: 2e9 }],
            settleBy: '2030-01-02T00:00:00.000Z',
          }),
        ]),
      ),
    ],
    [
      'a priority that a column does not hold',
      'unwritable-value',
      streamOf(recharged({ balanceAfter: 100, priority: 32_768 })),
    ],
    [
      'a text with a zero character',
      'unwritable-value',
      streamOf(recharged({ balanceAfter: 100, sourceId: 'order\0' })),
    ],
    [
      'a text with half of a surrogate pair',
      'unwritable-value',
      streamOf(account[0]!, consumed({ balanceAfter: 90, consumptionId: 'job\ud83d' })),
    ],
    [
      'a text that is longer than its column',
      'unwritable-value',
      streamOf(recharged({ balanceAfter: 100, sourceId: '😀'.repeat(65) })),
    ],
    [
      'a day that no month has',
      'unwritable-value',
      streamOf(recharged({ balanceAfter: 100, expiresAt: '2030-02-30T00:00:00.000Z' })),
    ],
  ];

  it.each(poisons)('rejects %s, and writes nothing', async (_, reason, history) => {
    const { tables, writer } = await open(isDenseSuccessor);
    const poison = history.at(-1)!;
    await expect(writer.write(null, batchOf(...history))).rejects.toMatchObject({
      name: 'PoisonEvent',
      reason,
      stream: poison.stream,
      revision: poison.revision,
      position: poison.position,
    });
    expect(await tables.position()).toBeNull();
    expect(await tables.account(USER)).toBeNull();
  });

  it('rejects a recharge of a batch that exists, not the earlier events of that batch', async () => {
    const { writer } = await open(isDenseSuccessor);
    const history = streamOf(
      recharged({ balanceAfter: 100 }),
      consumed({ balanceAfter: 0, points: 100 }),
      refunded({ balanceAfter: 10, points: 10 }),
      recharged({ balanceAfter: 110 }),
    );
    await writer.write(null, batchOf(...history.slice(0, 2)));
    // The batch is spent: a writer that caches rows has dropped it.
    await expect(writer.write(positionOf(2), batchOf(...history.slice(2)))).rejects.toMatchObject({
      reason: 'rows-disagree',
      revision: 3,
    });
  });

  it('accepts batches before the earlier ones are written', async () => {
    const one = await open(isDenseSuccessor);
    const other = await open(isDenseSuccessor);
    await writeAll(one.writer, inBatches(events, 2_000));
    const writings: Promise<WriteResult>[] = [];
    let after: Position | null = null;
    for (const batch of inBatches(events, 9)) {
      await other.writer.waitForCapacity();
      writings.push(other.writer.write(after, batch));
      after = batch.next;
    }
    const applied = await Promise.all(writings);
    expect(new Set(applied.map(({ kind }) => kind))).toEqual(new Set(['applied']));
    const sum = (of: 'events' | 'rows') =>
      applied.reduce((total, each) => total + (each.kind === 'applied' ? each[of] : 0), 0);
    expect(sum('events')).toBe(events.length);
    expect(sum('rows')).toBe(users.reduce((total, { rows }) => total + rows.length, 0));
    expect(await everyAccount(other.tables)).toEqual(await everyAccount(one.tables));
  });

  it('recognizes a batch that was accepted just before', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const history = batchOf(...streamOf(...account));
    const answers = await Promise.all([
      writer.write(null, history),
      writer.write(history.next, history),
    ]);
    expect(answers).toMatchObject([{ kind: 'applied', events: 3 }, { kind: 'nothing' }]);
    expect(await readStatement(tables, USER)).toHaveLength(3);
  });

  it("rejects an event that can't be applied, and writes the batches before it", async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const [begins, follows, refuses] = [
      batchOf(first),
      batchOf(second),
      batchOf({ ...third, data: '{"type":' }),
    ];
    const answers = await Promise.allSettled([
      writer.write(null, begins),
      writer.write(begins.next, follows),
      writer.write(follows.next, refuses),
      writer.write(refuses.next, { events: [], next: positionOf(4) }),
    ]);
    expect(answers[2]).toMatchObject({
      status: 'rejected',
      reason: { reason: 'unreadable-event' },
    });
    expect(answers[3]).toMatchObject({ status: 'fulfilled', value: { kind: 'conflict' } });
    const rest = [begins, follows].filter((_, index) => answers[index]?.status === 'rejected');
    await writeAll(writer, rest, await tables.position());
    expect(await readStatement(tables, USER)).toHaveLength(2);
    expect(await tables.position()).toBe(follows.next);
  });

  it('rejects an event that comes after a later one and was never applied', async () => {
    const { tables, writer } = await open(() => true);
    const other = { ...first, stream: accountStream(userNo(2)) };
    const late = writer.write(null, batchOf(at(2, first), at(1, other), at(3, second)));
    await expect(late).rejects.toMatchObject({ reason: 'order-broken' });
    expect(await tables.position()).toBeNull();

    await writer.write(null, batchOf(at(2, first)));
    const later = writer.write(positionOf(2), batchOf(at(1, other)));
    await expect(later).rejects.toMatchObject({ reason: 'order-broken' });
  });
}
