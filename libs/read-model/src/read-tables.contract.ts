import type { LedgerEvent, PointsConsumed, PointsRefunded } from '#ledger';

import {
  consumed,
  expired,
  recharged,
  refunded,
  refused,
  settled,
  userNo,
} from './testing/event-builders.js';
import {
  collected,
  extended,
  forgiven,
  reinstated,
  reversed,
} from './testing/debt-event-builders.js';
import { allTransactions } from './all-transactions.js';
import {
  isDenseSuccessor,
  writeAll,
  readStatement,
  type OpenReadTables,
  type OpenTables,
} from './testing/open-tables.js';
import {
  UnknownTimeZone,
  type PageRequest,
  type RowCursor,
  type TransactionFilter,
  type UsageGrouping,
  type UsageRequest,
} from './read-tables.js';
import type { PublishedTransaction } from './schema/tables.js';
import { inBatches, positionOf, inStoreOrder, vectorUsers } from './testing/vectors.js';
import { waitForPosition } from './wait-for-position.js';

const USER = userNo(1);
const OTHER = userNo(2);
const LATE = userNo(3);
const UNKNOWN = userNo(4);
const OWING = userNo(5);

const day = (n: number, time = '12:00:00.000'): string =>
  `2030-01-${String(n).padStart(2, '0')}T${time}Z`;

/** Ten days of one account: two businesses, a pre-deduction settled below, a refund, an expiry. */
const history: readonly LedgerEvent[] = [
  recharged({ balanceAfter: 100, at: day(1), expiresAt: day(10) }),
  recharged({ balanceAfter: 300, at: day(1), batchId: 2, points: 200 }),
  consumed({ balanceAfter: 290, at: day(2), duration: 1.5 }),
  consumed({ balanceAfter: 250, at: day(3), points: 40, settleBy: day(9), duration: 9 }),
  refunded({ balanceAfter: 260, at: day(4), of: 3, cause: 'overestimated' }),
  settled({ balanceAfter: 260, at: day(4), of: 3, actual: 30, duration: 2.5, durationOf: 3 }),
  refused({ balanceAfter: 260, at: day(5) }),
  consumed({
    balanceAfter: 180,
    at: day(6),
    sourceType: 'script',
    points: 80,
    draws: [
      { batchId: 1, points: 50 },
      { batchId: 2, points: 30 },
    ],
  }),
  refunded({
    balanceAfter: 195,
    at: day(7),
    of: 7,
    sourceType: 'script',
    points: 15,
    returns: [{ from: 2, into: 2, points: 15, expiresAt: null }],
  }),
  recharged({ balanceAfter: 200, at: day(8), batchId: 3, points: 5, expiresAt: day(9) }),
  expired({ balanceAfter: 195, at: day(9), batchId: 3, points: 5 }),
];

/** Nine rows of the same moment, and a pre-deduction that stays open. */
const sameMoment: readonly LedgerEvent[] = [
  recharged({ balanceAfter: 100, expiresAt: day(20) }),
  ...Array.from({ length: 8 }, (_, n) =>
    consumed({ balanceAfter: 100 - 10 * (n + 1), consumptionId: `c${n}` }),
  ),
  consumed({ balanceAfter: 15, points: 5, settleBy: day(15), consumptionId: 'open' }),
];

const chargedLate: readonly LedgerEvent[] = [
  recharged({ balanceAfter: 100 }),
  consumed({ balanceAfter: 90, settleBy: day(2) }),
  refunded({ balanceAfter: 100, cause: 'timed_out', at: day(2) }),
  consumed({ balanceAfter: 93, points: 7, of: 1, at: day(3) }),
  settled({ balanceAfter: 93, actual: 7, duration: 4, durationOf: 3, at: day(3) }),
];

const PRICE = {
  settings: 2,
  unit: 'second',
  points: '0.5',
  per: '1',
  step: null,
  minimum: 1,
  rounding: 'up',
} as const;

const OWED_MAX = 2_000_000_000;
const ORDER = { sourceId: 'order-7', rechargeId: 'recharge-7' };
const OF_RECHARGE = { consumptionId: null, of: 0, sourceType: null, label: null, ...ORDER };

/** A priced pre-deduction that costs more than there is, and a recharge that is undone and restored. */
const owing: readonly LedgerEvent[] = [
  recharged({ balanceAfter: 100, at: day(1), owedAfter: 0, ...ORDER }),
  consumed({
    balanceAfter: 10,
    at: day(2),
    points: 90,
    settleBy: day(9),
    sourceId: 'task-1',
    quantity: 180,
    price: PRICE,
    priced: true,
    owedAfter: 0,
  }),
  consumed({
    balanceAfter: 0,
    at: day(3),
    of: 1,
    settleBy: day(9),
    sourceId: 'task-1',
    owedAfter: 0,
  }),
  extended({ balanceAfter: 0, at: day(3), settleBy: day(12), estimated: 100, quantity: 200 }),
  settled({
    balanceAfter: 0,
    at: day(4),
    estimated: 100,
    actual: OWED_MAX + 5,
    charged: 100,
    owed: OWED_MAX - 100,
    uncollected: 5,
    quantity: 7_500.5,
    owedAfter: OWED_MAX - 100,
  }),
  reversed({ balanceAfter: 0, at: day(5), points: 0, owed: 100, owedAfter: OWED_MAX, ...ORDER }),
  recharged({ balanceAfter: 50, at: day(6), batchId: 2, points: 50, owedAfter: OWED_MAX }),
  collected({
    balanceAfter: 20,
    at: day(6),
    points: 30,
    draws: [{ batchId: 2, points: 30 }],
    sourceId: 'task-1',
    owedAfter: OWED_MAX - 30,
  }),
  collected({
    ...OF_RECHARGE,
    balanceAfter: 0,
    at: day(6),
    points: 20,
    draws: [{ batchId: 2, points: 20 }],
    owedAfter: OWED_MAX - 50,
  }),
  forgiven({
    balanceAfter: 0,
    at: day(7),
    points: 70,
    sourceId: 'task-1',
    owedAfter: OWED_MAX - 120,
  }),
  forgiven({
    balanceAfter: 0,
    at: day(8),
    points: 80,
    consumptionId: null,
    of: 0,
    rechargeId: 'recharge-7',
    cause: 'reinstated',
    owedAfter: OWED_MAX - 200,
  }),
  reinstated({
    ...ORDER,
    balanceAfter: 20,
    at: day(8),
    points: 20,
    forgiven: 80,
    returns: [{ from: 2, into: 2, points: 20, expiresAt: null }],
    owedAfter: OWED_MAX - 200,
  }),
];

export function readTablesContract(open: OpenReadTables): void {
  let opened: OpenTables;

  beforeAll(async () => {
    opened = await open(isDenseSuccessor);
    const accounts = [
      { userId: USER, events: history },
      { userId: OTHER, events: sameMoment },
      { userId: LATE, events: chargedLate },
      { userId: OWING, events: owing },
      ...vectorUsers(),
    ];
    await writeAll(opened.writer, inBatches(inStoreOrder(accounts), 50));
  });

  const page = (request: Partial<PageRequest>, userId = USER) =>
    opened.tables.transactions(userId, { limit: 100, ...request });

  const amounts = (rows: readonly PublishedTransaction[]) => rows.map((row) => row.amount);

  describe('a page of transactions', () => {
    it('lists the newest first', async () => {
      expect(amounts(await page({}))).toEqual([5, 5, 15, 30, 50, 10, 40, 10, 200, 100]);
    });

    it('continues after the last row of the page before, also within one moment', async () => {
      for (const userId of [USER, OTHER]) {
        const paged: PublishedTransaction[] = [];
        let before: RowCursor | undefined;
        for (;;) {
          const next = await page({ limit: 3, ...(before !== undefined && { before }) }, userId);
          paged.push(...next);
          before = next.at(-1);
          if (next.length < 3) break;
        }
        expect(paged).toEqual(await page({}, userId));
      }
    });

    it('finds its place by revision and line when the row has another id', async () => {
      for (const userId of [USER, OTHER, LATE]) {
        const all = await page({}, userId);
        for (const [index, { revision, line }] of all.entries()) {
          const before = { id: 1, revision, line };
          expect(await page({ before }, userId)).toEqual(all.slice(index + 1));
        }
      }
    });

    it('continues after an id alone, as older cursors do', async () => {
      const all = await page({});
      expect(await page({ before: { id: all[2]!.id } })).toEqual(all.slice(3));
    });

    it('has no more rows than the limit', async () => {
      expect(amounts(await page({ limit: 2 }))).toEqual([5, 5]);
    });

    it('has the columns of the statement, and the revision and line of the row', async () => {
      const [row] = await page({ type: 'expire' });
      expect(row).toEqual({
        id: expect.any(Number) as number,
        user_id: USER,
        type: 'expire',
        amount: 5,
        balance_before: 200,
        balance_after: 195,
        source_type: null,
        source_id: null,
        batch_id: 3,
        duration: null,
        description: '【积分过期】',
        created_at: day(9),
        updated_at: day(9),
        revision: 10,
        line: 0,
      });
    });

    it.each<[string, TransactionFilter, number[]]>([
      ['a type', { type: 'consume' }, [30, 50, 40, 10]],
      ['a business', { sourceType: 'script' }, [15, 30, 50]],
      ['type and business', { type: 'refund', sourceType: 'tts' }, [10]],
      ['a time on, inclusive', { from: day(7) }, [5, 5, 15]],
      ['up to a time, exclusive', { to: day(2) }, [200, 100]],
      ['a span of time', { from: day(2), to: day(4) }, [40, 10]],
      ['a span between two rows', { from: day(4, '13:00:00.000'), to: day(5) }, []],
      ['a time behind everything', { from: day(30) }, []],
      ['up to a time before everything', { to: '1999-01-01T00:00:00.000Z' }, []],
      [
        'a time before everything',
        { from: '1999-01-01T00:00:00.000Z', to: day(30), type: 'recharge' },
        [5, 200, 100],
      ],
      [
        'everything at once',
        { from: day(2), to: day(7), type: 'consume', sourceType: 'tts' },
        [40, 10],
      ],
    ])('can be restricted to %s', async (_, filter, expected) => {
      expect(amounts(await page(filter))).toEqual(expected);
    });

    it('finds all rows of one moment', async () => {
      const at = '2030-01-01T00:00:00.000Z';
      expect(await page({ from: at }, OTHER)).toHaveLength(10);
      expect(await page({ to: at }, OTHER)).toHaveLength(0);
    });

    it('splits every account completely at any time', async () => {
      for (const { userId, rows } of vectorUsers()) {
        const middle = rows[Math.floor(rows.length / 2)]?.created_at ?? day(1);
        const from = await page({ from: middle }, userId);
        const to = await page({ to: middle }, userId);
        expect(from.every((row) => row.created_at >= middle)).toBe(true);
        expect(to.every((row) => row.created_at < middle)).toBe(true);
        expect(from.length + to.length).toBe(Math.min(100, rows.length));
      }
    });

    it('is empty for an unknown user', async () => {
      expect(await page({}, UNKNOWN)).toEqual([]);
      expect(await page({ from: day(1), to: day(9) }, UNKNOWN)).toEqual([]);
    });
  });

  describe('everyTransaction', () => {
    it('gives the whole filtered statement, each row once', async () => {
      const rows: PublishedTransaction[] = [];
      for await (const some of allTransactions(opened.tables, USER, { sourceType: 'tts' })) {
        rows.push(...some);
      }
      expect(amounts(rows)).toEqual([10, 40, 10]);
    });
  });

  describe('the rows after a row', () => {
    it('come oldest first, of that account only', async () => {
      const all = await readStatement(opened.tables, USER);
      const after = await opened.tables.transactionsAfter(USER, all[6]!, 100);
      expect(after).toEqual(all.slice(7));
      expect(await opened.tables.transactionsAfter(USER, all[6]!, 2)).toEqual(all.slice(7, 9));
      expect(await opened.tables.transactionsAfter(USER, all.at(-1)!, 100)).toEqual([]);
      expect(await opened.tables.transactionsAfter(USER, { id: all[6]!.id }, 100)).toEqual(after);
    });

    it('are found by revision and line when the row has another id', async () => {
      const all = await readStatement(opened.tables, USER);
      for (const [index, { revision, line }] of all.entries()) {
        const place = { id: 1_000_000, revision, line };
        const after = await opened.tables.transactionsAfter(USER, place, 100);
        expect(after).toEqual(all.slice(index + 1));
      }
    });
  });

  describe('the batches of an account', () => {
    it('are no more than the limit', async () => {
      expect(await opened.tables.batches(USER, 1)).toMatchObject([{ batch_id: 1, remaining: 10 }]);
    });

    it('are those with points left, those that never expire last', async () => {
      expect(await opened.tables.batches(USER, 10)).toMatchObject([
        { batch_id: 1, expires_at: day(10) },
        { batch_id: 2, expires_at: null, remaining: 185 },
      ]);
    });
  });

  describe('usage', () => {
    const usage = (groupBy: UsageGrouping, request: Partial<UsageRequest> = {}) =>
      opened.tables.usage(USER, { groupBy, timeZone: 'UTC', ...request });
    const used = (consumed: number, refunded: number, count: number, duration: number) => ({
      consumed,
      refunded,
      count,
      duration,
    });

    it('is summed up by day', async () => {
      const source_type = null;
      expect(await usage('day')).toEqual([
        { day: '2030-01-02', source_type, ...used(10, 0, 1, 1.5) },
        { day: '2030-01-03', source_type, ...used(40, 0, 1, 2.5) },
        { day: '2030-01-04', source_type, ...used(0, 10, 0, 0) },
        { day: '2030-01-06', source_type, ...used(80, 0, 1, 0) },
        { day: '2030-01-07', source_type, ...used(0, 15, 0, 0) },
      ]);
    });

    it('is summed up by business', async () => {
      expect(await usage('source_type')).toEqual([
        { day: null, source_type: 'script', ...used(80, 15, 1, 0) },
        { day: null, source_type: 'tts', ...used(50, 10, 2, 4) },
      ]);
    });

    it('is summed up by day and business', async () => {
      const { tables, writer } = await open(isDenseSuccessor);
      const events = [
        recharged({ points: 100, balanceAfter: 100, at: day(1) }),
        consumed({ balanceAfter: 90, at: day(2), sourceType: 'tts' }),
        consumed({ balanceAfter: 80, at: day(2), sourceType: 'script' }),
        consumed({ balanceAfter: 70, at: day(3), sourceType: 'tts' }),
        consumed({ balanceAfter: 60, at: day(3), sourceType: 'tts' }),
      ];
      await writeAll(writer, inBatches(inStoreOrder([{ userId: OTHER, events }]), 10));
      expect(
        await tables.usage(OTHER, { groupBy: 'day,source_type', timeZone: 'UTC' }),
      ).toMatchObject([
        { day: '2030-01-02', source_type: 'script', consumed: 10, count: 1 },
        { day: '2030-01-02', source_type: 'tts', consumed: 10, count: 1 },
        { day: '2030-01-03', source_type: 'tts', consumed: 20, count: 2 },
      ]);
    });

    it('has the same totals, however it is grouped', async () => {
      for (const { userId } of vectorUsers()) {
        const sums = await Promise.all(
          (['day', 'source_type', 'day,source_type'] as const).map(async (groupBy) => {
            const items = await opened.tables.usage(userId, { groupBy, timeZone: 'Asia/Shanghai' });
            const sum = (of: 'consumed' | 'refunded' | 'count') =>
              items.reduce((all, item) => all + item[of], 0);
            return [sum('consumed'), sum('refunded'), sum('count')];
          }),
        );
        expect(sums[1]).toEqual(sums[0]);
        expect(sums[2]).toEqual(sums[0]);
      }
    });

    it('uses the days of the requested time zone', async () => {
      const days = async (timeZone: string) =>
        (await usage('day', { timeZone, to: day(4) })).map((item) => item.day);
      expect(await days('Asia/Shanghai')).toEqual(['2030-01-02', '2030-01-03']);
      expect(await days('Pacific/Kiritimati')).toEqual(['2030-01-03', '2030-01-04']);
      expect(await days('America/Los_Angeles')).toEqual(['2030-01-02', '2030-01-03']);
    });

    it('can be restricted to a time range without its end', async () => {
      expect(await usage('source_type', { from: day(3), to: day(6) })).toEqual([
        { day: null, source_type: 'tts', ...used(40, 10, 1, 2.5) },
      ]);
    });

    it('counts a consumption once that was charged late', async () => {
      const late = await opened.tables.usage(LATE, { groupBy: 'source_type', timeZone: 'UTC' });
      expect(late).toEqual([{ day: null, source_type: 'tts', ...used(17, 10, 1, 4) }]);
    });

    it('is empty for an unknown user', async () => {
      expect(await opened.tables.usage(UNKNOWN, { groupBy: 'day', timeZone: 'UTC' })).toEqual([]);
    });

    it('rejects a time zone that the database does not know', async () => {
      const usageOnMars = opened.tables.usage(USER, { groupBy: 'day', timeZone: 'Mars/Olympus' });
      await expect(usageOnMars).rejects.toMatchObject({ name: 'UnknownTimeZone' });
    });

    it('answers for every time zone that JavaScript knows, or rejects it', async () => {
      for (const timeZone of Intl.supportedValuesOf('timeZone')) {
        const query = opened.tables.usage(USER, { groupBy: 'day', timeZone });
        const items = await query.catch((error: unknown) => {
          if (error instanceof UnknownTimeZone) return [];
          throw error;
        });
        expect(Array.isArray(items)).toBe(true);
      }
    });
  });

  describe('the details of a row', () => {
    it('are its consumption with estimate and actual cost, and all rows of it', async () => {
      const rows = await readStatement(opened.tables, USER);
      const refund = rows.find((row) => row.type === 'refund')!;
      expect(await opened.tables.transactionDetails(USER, { id: refund.id })).toMatchObject({
        row: { id: refund.id, revision: 4, line: 0, consumption_of: 3 },
        consumption: {
          revision: 3,
          status: 'settled',
          estimate: 40,
          actual: 30,
          drawn: 40,
          refunded: 10,
          duration: 2.5,
          settle_by: day(9),
          opened_at: day(3),
          closed_at: day(4),
        },
        rows: [
          { type: 'consume', amount: 40, duration: 2.5 },
          { type: 'refund', amount: 10 },
        ],
      });
    });

    it('include every row of a consumption that drew on several batches', async () => {
      const rows = await readStatement(opened.tables, USER);
      const second = rows.find((row) => row.amount === 30)!;
      const story = await opened.tables.transactionDetails(USER, { id: second.id });
      expect(amounts(story!.rows)).toEqual([50, 30, 15]);
      expect(story!.consumption).toMatchObject({ status: 'closed', estimate: null, actual: 80 });
    });

    it('include the late charge of a consumption', async () => {
      const [, first] = await readStatement(opened.tables, LATE);
      const story = await opened.tables.transactionDetails(LATE, { id: first!.id });
      expect(story!.rows.map(({ type, amount }) => [type, amount])).toEqual([
        ['consume', 10],
        ['refund', 10],
        ['consume', 7],
      ]);
      expect(story!.consumption).toMatchObject({ status: 'settled', estimate: 10, actual: 7 });
    });

    it('are the row alone when it belongs to no consumption', async () => {
      const [first] = await readStatement(opened.tables, USER);
      expect(await opened.tables.transactionDetails(USER, { id: first!.id })).toMatchObject({
        consumption: null,
        rows: [{ id: first!.id }],
      });
    });

    it('are hidden from another user, and unknown for a row that does not exist', async () => {
      const [first] = await readStatement(opened.tables, USER);
      expect(await opened.tables.transactionDetails(OTHER, { id: first!.id })).toBeNull();
      expect(await opened.tables.transactionDetails(USER, { id: 999_999 })).toBeNull();
    });

    it('is found by the revision and line of its row as by its id', async () => {
      for (const userId of [USER, LATE]) {
        for (const { id, revision, line } of await readStatement(opened.tables, userId)) {
          expect(await opened.tables.transactionDetails(userId, { revision, line })).toEqual(
            await opened.tables.transactionDetails(userId, { id }),
          );
        }
      }
      for (const name of [
        { revision: 3, line: 99 },
        { revision: 999_999_999_999_999, line: 0 },
      ]) {
        expect(await opened.tables.transactionDetails(USER, name)).toBeNull();
      }
      expect(
        await opened.tables.transactionDetails(userNo(77), { revision: 0, line: 0 }),
      ).toBeNull();
    });

    it('include all rows of the consumption, for every row of every account', async () => {
      for (const { userId, rows } of vectorUsers()) {
        const shown = await readStatement(opened.tables, userId);
        expect(shown).toHaveLength(rows.length);
        for (const row of shown.slice(0, 20)) {
          const story = await opened.tables.transactionDetails(userId, { id: row.id });
          expect(story!.rows.map(({ id }) => id)).toContain(row.id);
          const { drawn, refunded: back } = story!.consumption ?? {};
          if (drawn === undefined) continue;
          const total = (type: string) =>
            story!.rows.reduce((sum, one) => sum + (one.type === type ? one.amount : 0), 0);
          expect([total('consume'), total('refund')]).toEqual([drawn, back]);
        }
      }
    });
  });

  describe('an account that owes', () => {
    const storyOf = (revision: number) =>
      opened.tables.transactionDetails(OWING, { revision, line: 0 });

    it('has its debts beside its balance', async () => {
      expect(await opened.tables.account(OWING)).toEqual({
        user_id: OWING,
        balance: 20,
        held: 0,
        revision: 11,
        updated_at: day(8),
        owed: OWED_MAX - 200,
        take_over: null,
        legacy_through: null,
      });
    });

    it('has a story of what it consumed, with price, quantity and debt', async () => {
      const story = await storyOf(1);
      expect(story).toMatchObject({
        recharge: null,
        consumption: {
          status: 'settled',
          estimate: 100,
          actual: OWED_MAX + 5,
          settle_by: day(12),
          charged: 130,
          owed: OWED_MAX - 200,
          uncollected: 5,
          quantity: 7_500.5,
          price: PRICE,
        },
      });
      expect(story!.rows.map(({ revision, amount }) => [revision, amount])).toEqual([
        [1, 90],
        [2, 10],
        [7, 30],
      ]);
      expect(await storyOf(7)).toMatchObject({ consumption: story!.consumption });
    });

    it('has a story of a recharge that was undone', async () => {
      const expected = {
        user_id: OWING,
        revision: 0,
        recharge_id: 'recharge-7',
        batch_id: 1,
        points: 100,
        reversed: 100,
        reinstated: 100,
        source_id: 'order-7',
      };
      for (const revision of [0, 8, 11]) {
        const story = await storyOf(revision);
        expect(story).toMatchObject({ consumption: null, recharge: expected });
        expect(story!.rows.map((row) => [row.revision, row.description])).toEqual([
          [0, '【积分充值】'],
          [8, '【充值撤销补扣】'],
          [11, '【充值恢复】'],
        ]);
      }
      expect(await storyOf(6)).toMatchObject({ recharge: { revision: 6, reversed: 0 } });
      expect((await storyOf(6))!.rows).toHaveLength(1);
    });

    it('is not told of what was consumed for a business of the name of a reversal', async () => {
      const { tables, writer } = await open(isDenseSuccessor);
      const sourceId = 'order-9';
      const events = [
        recharged({ balanceAfter: 100, sourceId, owedAfter: 0 }),
        consumed({ balanceAfter: 90, owedAfter: 0, sourceId, label: '【充值撤销】' }),
        reversed({ balanceAfter: 60, sourceId, points: 30 }),
      ];
      await writeAll(writer, inBatches(inStoreOrder([{ userId: OTHER, events }]), 10));
      const story = await tables.transactionDetails(OTHER, { revision: 2, line: 0 });
      expect(story!.rows.map(({ revision }) => revision)).toEqual([0, 2]);
    });

    it('has used what it paid late, and not what a recharge got back', async () => {
      const usage = await opened.tables.usage(OWING, { groupBy: 'source_type', timeZone: 'UTC' });
      expect(usage).toMatchObject([
        { source_type: 'tts', consumed: 130, refunded: 0, count: 1, duration: 0 },
      ]);
    });

    it('finds a recharge by its event and by its id', async () => {
      const { tables } = opened;
      const byId = await tables.recharge(OWING, { rechargeId: 'recharge-7' });
      expect(byId).toMatchObject({ revision: 0, reversed: 100, reinstated: 100 });
      expect(await tables.recharge(OWING, { revision: 0 })).toEqual(byId);
      expect(await tables.recharge(OWING, { revision: 1 })).toBeNull();
      expect(await tables.recharge(OTHER, { rechargeId: 'recharge-7' })).toBeNull();
    });

    it('finds the newest of several recharges with one id', async () => {
      const { tables, writer } = await open(isDenseSuccessor);
      const events = [1, 2].map((batchId) =>
        recharged({ balanceAfter: 100 * batchId, batchId, rechargeId: 'twice', owedAfter: 0 }),
      );
      await writeAll(writer, inBatches(inStoreOrder([{ userId: OWING, events }]), 10));
      const found = await tables.recharge(OWING, { rechargeId: 'twice' });
      expect(found).toMatchObject({ revision: 1, batch_id: 2 });
    });

    it('lists the rows of a task or an order', async () => {
      const revisions = async (sourceId: string, request: Partial<PageRequest> = {}) =>
        (await page({ sourceId, ...request }, OWING)).map(({ revision }) => revision);
      expect(await revisions('task-1')).toEqual([7, 2, 1]);
      expect(await revisions('order-7')).toEqual([11, 8, 0]);
      expect(await revisions('order-7', { type: 'expire' })).toEqual([8]);
      expect(await revisions('task-1', { limit: 2 })).toEqual([7, 2]);
      const [first] = await page({ sourceId: 'task-1', limit: 1 }, OWING);
      expect(await revisions('task-1', { before: first! })).toEqual([2, 1]);
      expect(await revisions('task-1', { from: day(3), to: day(6) })).toEqual([2]);
      expect(await revisions('nothing')).toEqual([]);
    });
  });

  describe('the consumptions with a quantity or a duration', () => {
    const named = (consumptionId: string, changes: Partial<PointsConsumed>) =>
      consumed({ balanceAfter: 0, owedAfter: 0, points: 10, consumptionId, ...changes });
    const returned = (changes: Partial<PointsRefunded>) =>
      refunded({ balanceAfter: 10, owedAfter: 0, ...changes });

    it('are those of all accounts that began last, newest first, without what came back whole', async () => {
      const { tables, writer } = await open(isDenseSuccessor);
      const later = '2030-01-02T00:00:00.000Z';
      const accounts = [
        {
          userId: USER,
          events: [
            recharged({ balanceAfter: 40, points: 40 }),
            named('by duration', { balanceAfter: 30, duration: 2.5 }),
            named('by nothing', { balanceAfter: 20 }),
            named('held', { balanceAfter: 10, quantity: 12, settleBy: later }),
            named('cancelled', { balanceAfter: 0, quantity: 3, settleBy: later }),
            returned({ of: 4, consumptionId: 'cancelled', cause: 'cancelled' }),
            named('timed out', { balanceAfter: 0, quantity: 4, settleBy: later }),
            returned({ of: 6, consumptionId: 'timed out', cause: 'timed_out' }),
          ],
        },
        {
          userId: OTHER,
          events: [
            recharged({ balanceAfter: 40, points: 40 }),
            named('settled', { balanceAfter: 30, settleBy: later }),
            settled({ balanceAfter: 30, owedAfter: 0, duration: 4, consumptionId: 'settled' }),
            named('by quantity', { balanceAfter: 20, quantity: 0.5 }),
          ],
        },
      ];
      await writeAll(writer, inBatches(inStoreOrder(accounts), 3));
      const found = await tables.measuredConsumptions(10);
      expect(
        found.map(({ user_id, consumption_id, quantity, duration }) => [
          ...[user_id, consumption_id, quantity, duration],
        ]),
      ).toEqual([
        [OTHER, 'by quantity', 0.5, null],
        [USER, 'held', 12, null],
        [OTHER, 'settled', null, 4],
        [USER, 'by duration', null, 2.5],
      ]);
      expect(await tables.measuredConsumptions(2)).toEqual(found.slice(0, 2));
    });
  });

  describe('the accounts with something due', () => {
    const own = async (at: string) =>
      (await opened.tables.dueAccounts(at, 1_000)).filter(({ userId }) =>
        [USER, OTHER].includes(userId),
      );

    it('come with the earliest time at which something fell due', async () => {
      expect(await own(day(9))).toEqual([]);
      expect(await own(day(10))).toEqual([{ userId: USER, dueAt: day(10) }]);
      expect(await own(day(15))).toEqual([
        { userId: USER, dueAt: day(10) },
        { userId: OTHER, dueAt: day(15) },
      ]);
      expect(await own(day(25))).toEqual([
        { userId: USER, dueAt: day(10) },
        { userId: OTHER, dueAt: day(15) },
      ]);
    });

    it('are no more than the limit, those that are due longest first', async () => {
      const all = await opened.tables.dueAccounts(day(25), 1_000);
      expect(all.length).toBeGreaterThan(2);
      expect(await opened.tables.dueAccounts(day(25), 2)).toEqual(all.slice(0, 2));
      expect(all.map(({ dueAt }) => dueAt)).toEqual(all.map(({ dueAt }) => dueAt).sort());
    });

    it('do not include accounts whose batches are spent', async () => {
      const spent = userNo(9);
      const { tables, writer } = await open(isDenseSuccessor);
      const events = [
        recharged({ balanceAfter: 10, points: 10, expiresAt: day(5) }),
        consumed({ balanceAfter: 0 }),
      ];
      await writeAll(writer, inBatches(inStoreOrder([{ userId: spent, events }]), 10));
      expect(await tables.dueAccounts(day(25), 10)).toEqual([]);
      expect(await tables.oldestOpenConsumption()).toBeNull();
    });
  });

  describe('the oldest open pre-deduction', () => {
    it('is given by the time at which it was made', async () => {
      const { tables, writer } = await open(isDenseSuccessor);
      await writeAll(writer, inBatches(inStoreOrder([{ userId: OTHER, events: sameMoment }]), 10));
      expect(await tables.oldestOpenConsumption()).toBe('2030-01-01T00:00:00.000Z');
    });
  });

  describe('the last pre-deduction that was not named', () => {
    it('is told by its time, and is none while there was none', async () => {
      const { tables, writer } = await open(isDenseSuccessor);
      expect(await tables.unnamedPreDeductions()).toEqual({ lastAt: null, unnotedUntil: null });
      const commandId = '00000000-0000-5000-8000-00000000000c';
      const held = (n: number, consumptionId: string) =>
        consumed({
          ...{ balanceAfter: 100 - 10 * n, at: day(n), settleBy: day(30) },
          ...{ commandId, consumptionId },
        });
      const events = [
        recharged({ balanceAfter: 100, at: day(1) }),
        ...[held(1, 'a'), held(2, commandId), held(3, 'b')],
      ];
      await writeAll(writer, inBatches(inStoreOrder([{ userId: OTHER, events }]), 1));
      expect(await tables.unnamedPreDeductions()).toEqual({ lastAt: day(2), unnotedUntil: null });
    });
  });

  describe('waiting for a position', () => {
    it('ends as soon as the tables have reached it', async () => {
      const { tables, writer } = await open(isDenseSuccessor);
      const batches = inBatches(inStoreOrder([{ userId: USER, events: history }]), 4);
      const reached = waitForPosition(tables, positionOf(8), 4_000);
      await writeAll(writer, batches);
      expect(await reached).toBe(true);
    });

    it('gives false when the tables do not reach it in time', async () => {
      const { tables } = await open(isDenseSuccessor);
      expect(await waitForPosition(tables, positionOf(1), 30)).toBe(false);
    });
  });
}
