import fc from 'fast-check';

import type { EventBatch } from '#event-store';
import {
  LegacyStatement,
  compareLegacyIds,
  type Alteration,
  type ImportBody,
  type LedgerEvent,
  type LegacyRow,
} from '#ledger';
import {
  closedThere,
  handedBack,
  importEvents,
  imported,
  legacyRow,
  legacyRows,
  openThere,
  opened,
  openingBatch,
} from '#ledger/testing';

import type { ReadTables } from './read-tables.js';
import { consumed, refunded, settled, userNo } from './testing/event-builders.js';
import {
  isDenseSuccessor,
  readStatement,
  writeAll,
  type OpenReadTables,
} from './testing/open-tables.js';
import { inBatches, inStoreOrder, positionOf } from './testing/vectors.js';

const USER = userNo(1);
const OTHER = userNo(2);

const ROWS = [
  legacyRow(11, { type: 'recharge', amount: 100, before: 0, sourceId: 'o1' }),
  legacyRow(12, { amount: 20, before: 100, sourceId: 'k1', duration: 2.5 }),
  legacyRow(13, { amount: 10, before: 80, sourceId: 'k2' }),
  legacyRow(14, { amount: 5, before: 70, sourceId: 'k2' }),
];

const OPENING = opened({
  batches: [
    openingBatch(1, 65, { points: 100, rechargeId: 'o1', sourceId: 'o1' }),
    openingBatch(2, 0, { points: 0, legacyBatchId: null }),
  ],
  closed: [closedThere('k1', [{ batchId: 1, points: 20 }], { rows: ['12'] })],
  open: [openThere('k2', [{ batchId: 1, points: 15 }], { rows: ['13', '14'] })],
  rows: 4,
  throughId: '14',
});

const STORY: readonly ImportBody[] = [imported(), legacyRows(ROWS), OPENING];

const eventsOf = (bodies: readonly ImportBody[], ...more: readonly LedgerEvent[]) =>
  inStoreOrder([{ userId: USER, events: [...importEvents(bodies), ...more] }]);

const AFTER = '2030-01-01T09:00:00.000Z';
const rules2 = { at: AFTER, receivedAt: AFTER, owedAfter: 0 };

/** Alone, all together, or in parts of so many events. */
const split = (events: ReturnType<typeof eventsOf>, size: number): EventBatch[] =>
  inBatches(events, size);

const statementOf = async (tables: ReadTables) =>
  (await readStatement(tables, USER)).map(({ id, type, balance_after, revision, line }) => [
    id,
    type,
    balance_after,
    revision,
    line,
  ]);

export function takeOverContract(open: OpenReadTables): void {
  it.each([1, 2, 100])('shows legacy rows before the opening, in batches of %i', async (size) => {
    const { tables, writer } = await open(isDenseSuccessor);
    await writeAll(writer, split(eventsOf(STORY.slice(0, 2)), size));
    expect(await statementOf(tables)).toEqual([
      [1, 'recharge', 100, 1, 0],
      [2, 'consume', 80, 1, 1],
      [3, 'consume', 70, 1, 2],
      [4, 'consume', 65, 1, 3],
    ]);
    const [, second] = await readStatement(tables, USER);
    expect(second).toMatchObject({
      source_type: 'tts',
      source_id: 'k1',
      batch_id: 1,
      duration: 2.5,
      description: '【配音合成】',
    });
    expect(second?.created_at.slice(0, 23)).toBe('2029-12-01T00:00:00.123');
    expect(await tables.account(USER)).toMatchObject({
      balance: 65,
      held: 0,
      revision: 1,
      take_over: 'imported',
      legacy_through: '14',
    });
  });

  it.each([1, 100])(
    'replaces, removes and adds rows that come late, in batches of %i',
    async (size) => {
      const { tables, writer } = await open(isDenseSuccessor);
      const said = legacyRow(12, { amount: 30, before: 100 });
      const bodies = [
        imported(),
        legacyRows([ROWS[0]!, ROWS[1]!, ROWS[3]!]),
        legacyRows([said, ROWS[2]!], { gone: ['14'], throughId: '14' }),
        legacyRows([ROWS[3]!]),
      ];
      await writeAll(writer, split(eventsOf(bodies), size));
      expect(await statementOf(tables)).toEqual([
        [1, 'recharge', 100, 1, 0],
        [2, 'consume', 70, 1, 1],
        [4, 'consume', 70, 2, 1],
        [5, 'consume', 65, 3, 0],
      ]);
      expect(await tables.account(USER)).toMatchObject({ balance: 65 });
    },
  );

  it.each([1, 100])('leaves out what is altered away, in batches of %i', async (size) => {
    const { tables, writer } = await open(isDenseSuccessor);
    const away: Alteration = { legacyId: '14', field: 'row', now: null, why: 'Type' };
    const bodies = [
      imported(),
      legacyRows(ROWS),
      legacyRows([ROWS[3]!], { altered: [away] }),
      legacyRows([ROWS[2]!], {
        altered: [{ ...away, legacyId: '13', field: 'amount', now: 11 }],
        throughId: '14',
      }),
    ];
    await writeAll(writer, split(eventsOf(bodies), size));
    const rows = await readStatement(tables, USER);
    expect(rows.map(({ id, amount }) => [id, amount])).toEqual([
      [1, 100],
      [2, 20],
      [3, 11],
    ]);
    expect(await tables.account(USER)).toMatchObject({ balance: 70 });
  });

  it.each([1, 2, 100])('opens an account with all that it has, in batches of %i', async (size) => {
    const { tables, writer } = await open(isDenseSuccessor);
    await writeAll(writer, split(eventsOf(STORY), size));
    expect(await tables.account(USER)).toMatchObject({
      balance: 65,
      held: 15,
      revision: 2,
      take_over: 'opened',
    });
    expect(await tables.batches(USER, 9)).toMatchObject([
      { batch_id: 1, points: 100, remaining: 65, revision: 2, line: 0, grace: false },
    ]);
    expect(await tables.recharge(USER, { rechargeId: 'o1' })).toMatchObject({ revision: -4 });
    const details = await tables.transactionDetails(USER, { revision: 1, line: 2 });
    expect(details?.consumption).toMatchObject({
      revision: -1,
      consumption_id: 'k2',
      status: 'open',
      estimate: 15,
      drawn: 15,
      first_row: 3,
      row_count: 0,
    });
    expect(
      details?.rows.map(({ id, consumption_of, legacy_id }) => [id, consumption_of, legacy_id]),
    ).toEqual([
      [3, -1, '13'],
      [4, -1, '14'],
    ]);
  });

  it('says what was adjusted in a row', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const adjusted = opened({
      batches: [openingBatch(1, 70)],
      adjusted: {
        balanceWas: 65,
        batchesWas: 70,
        believed: 'batches',
        row: { type: 'recharge', amount: 5, before: 65 },
      },
    });
    await writeAll(writer, split(eventsOf([imported(), legacyRows(ROWS), adjusted]), 100));
    expect((await readStatement(tables, USER)).at(-1)).toMatchObject({
      id: 5,
      type: 'recharge',
      amount: 5,
      balance_before: 65,
      balance_after: 70,
      batch_id: null,
      description: '【导入调整】',
      created_at: '2030-01-01T08:00:00.000Z',
    });
  });

  it.each([1, 100])('goes on with what began there, in batches of %i', async (size) => {
    const { tables, writer } = await open(isDenseSuccessor);
    const draws = [{ batchId: 1, points: 15 }];
    const more = [
      settled({
        ...rules2,
        balanceAfter: 65,
        consumptionId: 'k2',
        of: -1,
        durationOf: -1,
        duration: 4.5,
        estimated: 15,
        actual: 15,
      }),
      refunded({ ...rules2, balanceAfter: 85, consumptionId: 'k1', of: -2, points: 20 }),
      consumed({ ...rules2, balanceAfter: 70, consumptionId: 'k3', points: 15, draws }),
    ];
    await writeAll(writer, split(eventsOf(STORY, ...more), size));
    const rows = await readStatement(tables, USER);
    expect(rows.map(({ id, duration }) => [id, duration])).toEqual([
      [1, null],
      [2, 2.5],
      [3, 4.5],
      [4, null],
      [5, null],
      [6, null],
    ]);
    expect(rows[2]?.updated_at).toBe(AFTER);
    expect(await tables.account(USER)).toMatchObject({ balance: 70, held: 0, revision: 5 });
    const details = await tables.transactionDetails(USER, { revision: 1, line: 1 });
    expect(details?.consumption).toMatchObject({ consumption_id: 'k1', drawn: 20, refunded: 20 });
    expect(details?.rows.map(({ id }) => id)).toEqual([2, 5]);
  });

  it('settles a job none of whose rows is shown', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const away = ['13', '14'].map((legacyId): Alteration => ({
      legacyId,
      field: 'row',
      now: null,
      why: 'Amount',
    }));
    const bodies = [imported(), legacyRows(ROWS, { altered: away }), OPENING];
    const done = settled({
      ...rules2,
      balanceAfter: 65,
      consumptionId: 'k2',
      of: -1,
      durationOf: -1,
      duration: 4.5,
      estimated: 15,
      actual: 15,
    });
    await writeAll(writer, split(eventsOf(bodies, done), 1));
    expect(await tables.account(USER)).toMatchObject({ balance: 65, held: 0 });
    expect((await readStatement(tables, USER)).map(({ duration }) => duration)).toEqual([
      null,
      2.5,
    ]);
  });

  it('finds legacy rows by their times, which need not be in order', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const dated = (id: number, createdAt: string) => legacyRow(id, { createdAt });
    const rows = [
      dated(1, '2029-03-01T00:00:00.000000Z'),
      dated(2, '2029-01-01T00:00:00.000000Z'),
      dated(3, '2029-02-01T00:00:00.999999Z'),
    ];
    const native = consumed({ ...rules2, balanceAfter: 55, points: 10 });
    const bodies = [
      imported(),
      legacyRows(rows),
      opened({ batches: [openingBatch(1, 65)], rows: 3, throughId: '3' }),
    ];
    await writeAll(writer, split(eventsOf(bodies, native), 100));
    const idsOf = async (from: string | undefined, to: string | undefined) => {
      const filter = { ...(from && { from }), ...(to && { to }), limit: 10 };
      return (await tables.transactions(USER, filter)).map(({ id }) => id);
    };
    expect(await idsOf('2029-01-15T00:00:00.000Z', undefined)).toEqual([4, 3, 1]);
    expect(await idsOf('2029-01-15T00:00:00.000Z', '2029-02-15T00:00:00.000Z')).toEqual([3]);
    expect(await idsOf(undefined, '2029-02-15T00:00:00.000Z')).toEqual([3, 2]);
    expect(await idsOf(AFTER, undefined)).toEqual([4]);
    expect(await idsOf(undefined, AFTER)).toEqual([3, 2, 1]);
    const usage = { groupBy: 'source_type', timeZone: 'UTC' } as const;
    expect(await tables.usage(USER, { ...usage, to: AFTER })).toMatchObject([
      { source_type: 'tts', consumed: 30, count: 3 },
    ]);
  });

  it('has nothing due of an account that was handed back', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const soon = openingBatch(1, 65, { expiresAt: '2030-01-02T00:00:00.000Z' });
    const bodies = [imported(), opened({ batches: [soon] })];
    await writeAll(writer, split(eventsOf(bodies), 100));
    const later = '2030-02-01T00:00:00.000Z';
    expect(await tables.dueAccounts(later, 9)).toMatchObject([{ userId: USER }]);
    const all = eventsOf([...bodies, handedBack({ balance: 65 })]);
    await writeAll(writer, [{ events: all.slice(2), next: positionOf(3) }], positionOf(2));
    expect(await tables.dueAccounts(later, 9)).toEqual([]);
    expect(await tables.account(USER)).toMatchObject({ balance: 65, take_over: 'handed_back' });
  });

  it('shows the rows that stand, with the same ids however the events are split', async () => {
    const steps = fc.array(
      fc.record({
        said: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
        gone: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
        away: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), async (all, size) => {
        const statement = new LegacyStatement();
        const bodies = bodiesOf(all, statement);
        const events = inStoreOrder([
          { userId: USER, events: importEvents(bodies) },
          { userId: OTHER, events: importEvents(bodies) },
        ]);
        const [whole, parts] = await Promise.all([open(isDenseSuccessor), open(isDenseSuccessor)]);
        await writeAll(whole.writer, inBatches(events, events.length));
        await writeAll(parts.writer, inBatches(events, size));
        for (const userId of [USER, OTHER]) {
          const rows = await readStatement(whole.tables, userId);
          expect(await readStatement(parts.tables, userId)).toEqual(rows);
          expect(rows.map(({ amount }) => amount).sort(compareNumbers)).toEqual(
            statement
              .shown()
              .map(({ amount }) => amount)
              .sort(compareNumbers),
          );
          const account = { balance: statement.balance, legacy_through: statement.throughId };
          expect(await whole.tables.account(userId)).toMatchObject(account);
          expect(await parts.tables.account(userId)).toMatchObject(account);
        }
      }),
      // Each run opens tables of its own.
      { numRuns: 15 },
    );
  });
}

const compareNumbers = (a: number, b: number): number => a - b;

interface Step {
  readonly said: readonly number[];
  readonly gone: readonly number[];
  readonly away: readonly number[];
}

/** Each row that is said says another amount. */
function bodiesOf(steps: readonly Step[], statement: LegacyStatement): ImportBody[] {
  let through: string | null = null;
  let amount = 0;
  const rows = steps.map(({ said, gone, away }): ImportBody => {
    const ids = said.map(String).sort(compareLegacyIds);
    const highest = ids.at(-1) ?? null;
    const lost = gone.filter((id) => !said.includes(id) && id <= Number(through ?? 0)).map(String);
    if (highest !== null && Number(highest) > Number(through ?? 0)) through = highest;
    const own: LegacyRow[] = ids.map((id) =>
      legacyRow(id, { amount: (amount += 1), before: 1_000 + amount }),
    );
    const altered = away
      .filter((id) => said.includes(id))
      .map((id): Alteration => ({ legacyId: String(id), field: 'row', now: null, why: 'Type' }));
    const body = legacyRows(own, {
      gone: lost.sort(compareLegacyIds),
      altered,
      throughId: through,
    });
    if (body.type === 'LegacyRowsImported') statement.apply(body);
    return body;
  });
  return [imported(), ...rows];
}
