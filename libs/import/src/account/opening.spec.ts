import type { Mapping } from '../mapping/mapping-schema.js';
import {
  AT,
  accountOf,
  batchOf,
  consume,
  expire,
  recharge,
  refund,
  rowsOf,
  termsOf,
} from '../testing/legacy-records.js';
import type { RawBatch, RawJob, RawRow } from '../reading/raw-record.js';
import { analyseAccount } from './analyse-account.js';
import type { Opening } from './opening.js';

function openingOf(
  rows: readonly RawRow[],
  batches: readonly RawBatch[],
  { jobs = [], mapping = {} }: { jobs?: readonly RawJob[]; mapping?: Mapping } = {},
): Opening {
  const { opening, faults } = analyseAccount(accountOf(rows, batches, jobs), termsOf(mapping));
  if (opening === null) throw new Error(JSON.stringify(faults));
  return opening;
}

const OLD = '2026-01-02 08:00:00+00';

describe('The batches of an opening', () => {
  it('have the order that credited them, and what was drawn and expired', () => {
    const rows = rowsOf(
      recharge(100, { sourceId: 'order-1' }),
      consume(30),
      refund(10),
      expire(25),
    );
    expect(openingOf(rows, [batchOf({ remaining: '55' })]).batches).toEqual([
      {
        batchId: 1,
        legacyBatchId: '1',
        points: 100,
        remaining: 55,
        expired: 25,
        priority: 50,
        expiresAt: null,
        rechargeId: 'order-1',
        sourceId: 'order-1',
        createdAt: '2026-11-20T08:00:00.123Z',
      },
    ]);
  });

  it('are told by mapped columns where there are any', () => {
    const batch = batchOf({
      remaining: '100',
      points: '150',
      priority: '3',
      rechargeId: 'pay-1',
      sourceId: 'invoice-1',
      createdAt: '2026-11-19 00:00:00+08',
      expiresAt: '2027-06-01',
    });
    const mapping: Mapping = { zone: 'Asia/Shanghai' };
    expect(openingOf(rowsOf(recharge(100)), [batch], { mapping }).batches).toEqual([
      expect.objectContaining({
        points: 150,
        expired: 50,
        priority: 3,
        rechargeId: 'pay-1',
        sourceId: 'invoice-1',
        createdAt: '2026-11-18T16:00:00.000Z',
        // A date lasts to its end, there.
        expiresAt: '2027-06-01T16:00:00.000Z',
      }),
    ]);
  });

  it.each(['infinity', '10000-01-01 00:00:00+00'])('never expire at %s', (expiresAt) => {
    const { batches } = openingOf(rowsOf(recharge(5)), [batchOf({ remaining: '5', expiresAt })]);
    expect(batches[0]?.expiresAt).toBeNull();
  });

  it('are of recent orders although they are spent, and not of old ones', () => {
    const rows = rowsOf(
      recharge(5, { sourceId: 'old', batchId: '7', createdAt: OLD }),
      consume(5, { batchId: '7', sourceId: null, createdAt: OLD }),
      recharge(5, { sourceId: 'new', batchId: '8' }),
      consume(5, { batchId: '8', sourceId: null }),
    );
    expect(openingOf(rows, [batchOf({ id: '7' })]).batches).toEqual([
      expect.objectContaining({
        batchId: 8,
        rechargeId: 'new',
        points: 5,
        remaining: 0,
        expired: 0,
      }),
    ]);
  });

  it('come in empty and gone where only rows name them', () => {
    const rows = rowsOf(recharge(5, { batchId: '7' }), consume(5, { batchId: '7' }));
    expect(openingOf(rows, []).batches).toEqual([
      expect.objectContaining({ batchId: 7, points: 5, remaining: 0, expiresAt: AT }),
    ]);
  });

  it('are one of its own for rows that name none, and one for each order of these', () => {
    const rows = rowsOf(
      recharge(5, { batchId: null, sourceId: 'a' }),
      consume(5, { batchId: null }),
    );
    const { batches, closed } = openingOf(rows, []);
    const [drawnFrom] = closed[0]?.draws ?? [];
    expect(batches).toHaveLength(2);
    expect(batches).toContainEqual(
      expect.objectContaining({ batchId: drawnFrom?.batchId, legacyBatchId: null, points: 5 }),
    );
    expect(batches).toContainEqual(
      expect.objectContaining({ rechargeId: 'a', points: 5, remaining: 0, expired: 5 }),
    );
  });

  it('share no recharge: the largest has its id', () => {
    const rows = rowsOf(
      recharge(5, { sourceId: 'a', batchId: '1' }),
      recharge(50, { sourceId: 'a', batchId: '2' }),
    );
    const left = [batchOf({ remaining: '5' }), batchOf({ id: '2', remaining: '50' })];
    expect(
      openingOf(rows, left).batches.map(({ batchId, rechargeId }) => [batchId, rechargeId]),
    ).toEqual([
      [1, null],
      [2, 'a'],
    ]);
  });

  it('never hold, give back or lose more than came in', () => {
    const rows = rowsOf(recharge(5), consume(3), refund(3, { sourceId: 'other', createdAt: OLD }));
    const [batch] = openingOf(rows, [batchOf({ remaining: '5' })]).batches;
    expect(batch).toMatchObject({ points: 8, remaining: 5, expired: 0 });
  });

  it('stand from the oldest to the newest', () => {
    const rows = rowsOf(recharge(1, { batchId: '9' }), recharge(1, { batchId: '2' }));
    const left = [batchOf({ id: '2', remaining: '1' }), batchOf({ id: '9', remaining: '1' })];
    expect(openingOf(rows, left).batches.map(({ batchId }) => batchId)).toEqual([9, 2]);
  });
});

describe('The consumptions of an opening', () => {
  it('are closed with the draws that their refunds left, the latest taken first', () => {
    const rows = rowsOf(
      recharge(60, { batchId: '1' }),
      recharge(60, { batchId: '2' }),
      consume(20, { batchId: '1', description: '【配音合成】' }),
      consume(20, { batchId: '2' }),
      consume(20, { batchId: '1' }),
      refund(25, { batchId: '1' }),
      refund(5, { batchId: '3' }),
    );
    const left = [
      batchOf({ remaining: '45' }),
      batchOf({ id: '2', remaining: '40' }),
      batchOf({ id: '3', remaining: '5' }),
    ];
    expect(openingOf(rows, left).closed).toEqual([
      {
        consumptionId: 'task-1',
        sourceType: 'tts',
        sourceId: 'task-1',
        label: '【配音合成】',
        draws: [
          { batchId: 1, points: 15 },
          { batchId: 2, points: 15 },
        ],
        rows: ['3', '4', '5'],
        settledAt: '2026-11-20T08:04:00.123Z',
      },
    ]);
  });

  it('are left out where they are too old to be refunded', () => {
    const rows = rowsOf(recharge(9, { createdAt: OLD }), consume(9, { createdAt: OLD }));
    expect(openingOf(rows, [])).toMatchObject({ closed: [], batches: [] });
  });

  it('are the newest ones where there are too many', () => {
    const rows = rowsOf(recharge(9), consume(1), consume(1, { sourceId: 'task-2' }));
    const account = accountOf(rows, [batchOf({ remaining: '7' })]);
    const { opening } = analyseAccount(account, termsOf({}, { consumptionsMax: 1 }));
    expect(opening?.closed.map(({ consumptionId }) => consumptionId)).toEqual(['task-2']);
  });

  it('have the id that several columns make', () => {
    const rows = rowsOf(
      recharge(9),
      consume(9, { ids: ['video', '17'] }),
      refund(2, { ids: ['video', '17'] }),
    );
    expect(openingOf(rows, [batchOf({ remaining: '2' })]).closed).toEqual([
      expect.objectContaining({ consumptionId: 'video:17', draws: [{ batchId: 1, points: 7 }] }),
    ]);
  });

  const jobs = (settleBy?: string): RawJob[] => [{ ids: ['task-1'], settleBy }];
  const held = rowsOf(recharge(9), consume(4), consume(2, { sourceId: 'task-2' }));

  it('are open where the table of unfinished jobs names them', () => {
    const opening = openingOf(held, [batchOf({ remaining: '3' })], {
      jobs: jobs('2026-12-01 00:00:00+00'),
    });
    expect(opening.open).toEqual([
      {
        consumptionId: 'task-1',
        sourceType: 'tts',
        sourceId: 'task-1',
        label: '【配音合成】',
        draws: [{ batchId: 1, points: 4 }],
        rows: ['2'],
        at: '2026-11-20T08:01:00.123Z',
        settleBy: '2026-12-01T00:00:00.000Z',
      },
    ]);
    expect(opening.closed.map(({ consumptionId }) => consumptionId)).toEqual(['task-2']);
  });

  it.each([
    ['an hour after the opening at least', '2026-11-30 12:10:00+00', '2026-11-30T13:00:00.000Z'],
    ['30 days after they began at most', 'infinity', '2026-12-20T08:01:00.123Z'],
  ])('are open until %s', (_until, settleBy, expected) => {
    const { open } = openingOf(held, [batchOf({ remaining: '3' })], { jobs: jobs(settleBy) });
    expect(open[0]?.settleBy).toBe(expected);
  });

  it('are open as long as the mapping says where no column tells it', () => {
    const mapping: Mapping = {
      jobs: { table: 'jobs', user: 'u', id: ['id'], settleWithinSeconds: 7_200 },
    };
    const { open } = openingOf(held, [batchOf({ remaining: '3' })], { jobs: jobs(), mapping });
    expect(open[0]?.settleBy).toBe('2026-11-30T14:00:00.000Z');
  });
});

describe('A row as an event keeps it', () => {
  it('has all its columns as they were read, with microseconds in UTC', () => {
    const rows = rowsOf(
      recharge(5, {
        createdAt: '2026-11-20 16:00:00.123456',
        updatedAt: null,
        duration: 'Infinity',
      }),
    );
    const account = accountOf(rows, [batchOf({ remaining: '5' })]);
    const { rows: read } = analyseAccount(account, termsOf({ zone: 'Asia/Shanghai' }));
    expect(read[0]?.row).toEqual([
      '1',
      'recharge',
      5,
      0,
      5,
      null,
      null,
      '1',
      'Infinity',
      null,
      '2026-11-20T08:00:00.123456Z',
      '2026-11-20T08:00:00.123456Z',
    ]);
  });

  it('keeps the text of a time that is none', () => {
    const rows = rowsOf(recharge(5, { createdAt: '-infinity' }));
    const { rows: read } = analyseAccount(accountOf(rows), termsOf());
    expect(read[0]?.row[10]).toBe('-infinity');
    expect(read[0]?.altered).toEqual([{ legacyId: '1', field: 'row', now: null, why: 'Time' }]);
  });

  it('has no description where the mapping replaces it by the label', () => {
    const rows = rowsOf(recharge(5, { description: 'free text' }));
    const { rows: read } = analyseAccount(accountOf(rows), termsOf({ texts: 'label' }));
    expect(read[0]?.row[9]).toBeNull();
  });

  it('has a description that is cut between characters', () => {
    const rows = rowsOf(recharge(5, { description: '🙂'.repeat(2_001) }));
    const { rows: read } = analyseAccount(accountOf(rows), termsOf());
    expect(read[0]?.row[9]).toBe('🙂'.repeat(2_000));
  });
});
