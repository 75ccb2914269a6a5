import type {
  ConsumptionSettled,
  LedgerEvent,
  PointsConsumed,
  PointsRecharged,
  PointsRefunded,
} from '#ledger';

import type { NewTransactionRow } from './event-rows.js';
import { rowsOf } from './rows-of-event.js';
import {
  withoutProvenance,
  vectorFiles,
  vectorFilesOfRules2,
  type VectorUser,
} from '../testing/vectors.js';

const USER = '00000000-0000-4000-8000-000000000001';
const AT = '2030-01-01T00:00:00.000Z';

const envelope = (balanceAfter: number) => ({
  at: AT,
  receivedAt: AT,
  commandId: '00000000-0000-5000-8000-000000000002',
  digest: '00',
  balanceAfter,
  owedAfter: null,
});

const recharged: PointsRecharged = {
  type: 'PointsRecharged',
  ...envelope(50),
  batchId: 1,
  points: 50,
  expiresAt: null,
  priority: 50,
  sourceId: 'order-1',
  rechargeId: 'order-1',
};

const consumed: PointsConsumed = {
  type: 'PointsConsumed',
  ...envelope(10),
  consumptionId: 'c1',
  of: null,
  sourceType: 'tts',
  sourceId: 'clip-1',
  points: 40,
  draws: [
    { batchId: 2, points: 30 },
    { batchId: 1, points: 10 },
  ],
  duration: 12.5,
  settleBy: null,
  label: '【配音合成】',
  quantity: null,
  price: null,
  priced: false,
  overrun: null,
  onTimeout: null,
};

const refunded: PointsRefunded = {
  type: 'PointsRefunded',
  ...envelope(25),
  consumptionId: 'c1',
  of: 3,
  sourceType: 'tts',
  sourceId: 'clip-1',
  points: 15,
  returns: [
    { from: 1, into: 1, points: 10, expiresAt: null },
    { from: 2, into: 9, points: 5, expiresAt: '2030-01-08T00:00:00.000Z' },
  ],
  cause: 'refunded',
  reason: null,
  label: '【配音合成】',
};

const settled: ConsumptionSettled = {
  type: 'ConsumptionSettled',
  ...envelope(10),
  consumptionId: 'c1',
  of: 3,
  estimated: 40,
  actual: 40,
  duration: 12.5,
  durationOf: 3,
  charged: 40,
  owed: 0,
  uncollected: 0,
  quantity: null,
  cause: 'settled',
};

const transactions = (event: LedgerEvent): readonly NewTransactionRow[] =>
  rowsOf(USER, 3, event).transactions;

describe('rowsOf', () => {
  it.each([...vectorFiles(), ...vectorFilesOfRules2()])(
    'gives the rows of every account in $file',
    ({ users }) => {
      for (const user of users) expect(statementOf(user)).toEqual(user.rows);
    },
  );

  it('writes one row per draw, in draw order, with running balances', () => {
    expect(transactions(consumed)).toMatchObject([
      { line: 0, batch_id: 2, amount: 30, balance_before: 50, balance_after: 20 },
      { line: 1, batch_id: 1, amount: 10, balance_before: 20, balance_after: 10 },
    ]);
  });

  it('puts the duration on the first row only, so that sums over rows are right', () => {
    expect(transactions(consumed).map((row) => row.duration)).toEqual([12.5, null]);
  });

  it('gives no duration to a pre-deduction, because it is an estimate', () => {
    const rows = transactions({ ...consumed, settleBy: '2030-01-02T00:00:00.000Z' });
    expect(rows.map((row) => row.duration)).toEqual([null, null]);
  });

  it('gives a recharge the id of its order and no source type', () => {
    expect(transactions(recharged)).toMatchObject([
      { type: 'recharge', source_type: null, source_id: 'order-1', description: '【积分充值】' },
    ]);
  });

  it('writes one row per returned part of a refund, each with its batch', () => {
    expect(transactions(refunded)).toMatchObject([
      { batch_id: 1, amount: 10, balance_before: 10, balance_after: 20, duration: null },
      { batch_id: 9, amount: 5, balance_before: 20, balance_after: 25, duration: null },
    ]);
  });

  it('puts 返还 inside the brackets of a refund', () => {
    expect(transactions(refunded)[0]?.description).toBe('【配音合成返还】');
  });

  it('links the rows of a consumption to the event that began it', () => {
    expect(transactions(consumed)[0]?.consumption_of).toBe(3);
    expect(transactions({ ...consumed, of: 1 })[0]?.consumption_of).toBe(1);
    expect(transactions(refunded)[0]?.consumption_of).toBe(3);
    expect(transactions(recharged)[0]?.consumption_of).toBeNull();
  });

  it('makes no row of a settlement, but a duration for the first row of the event it names', () => {
    const rows = rowsOf(USER, 4, settled);
    expect(rows.transactions).toEqual([]);
    expect(rows.duration).toEqual({ revision: 3, duration: 12.5, updated_at: AT });
  });

  it('gives no duration when the settlement has none or names no event', () => {
    expect(rowsOf(USER, 4, { ...settled, duration: null }).duration).toBeNull();
    expect(rowsOf(USER, 4, { ...settled, durationOf: null }).duration).toBeNull();
  });

  it('makes no row of a refusal, but advances the revision of the account', () => {
    const rows = rowsOf(USER, 4, {
      type: 'CommandRefused',
      ...envelope(10),
      commandType: 'ConsumePoints',
      code: 'InsufficientPoints',
      details: { balance: 10, asked: 11 },
    });
    expect(rows).toEqual({
      account: { user_id: USER, revision: 4, balance: 10, owed: 0, owedBy: 0, at: AT },
      transactions: [],
      duration: null,
      batches: [],
      consumption: null,
      recharge: null,
      takeOver: null,
    });
  });

  it('counts points of a grace batch as new, and points that return to their batch as returned', () => {
    expect(rowsOf(USER, 4, refunded).batches).toEqual([
      { batch_id: 1, pointsIn: 0, remaining: 10, initial: null },
      {
        batch_id: 9,
        pointsIn: 5,
        remaining: 5,
        initial: { priority: 0, expires_at: '2030-01-08T00:00:00.000Z', grace: true, line: 1 },
      },
    ]);
  });
});

/** The rows of a whole account as a reader sees them. */
function statementOf({ userId, events }: VectorUser): unknown[] {
  const rows: NewTransactionRow[] = [];
  for (const [revision, event] of events.entries()) {
    const { transactions, duration } = rowsOf(userId, revision, event);
    rows.push(...transactions);
    if (duration === null) continue;
    const first = rows.findIndex((row) => row.revision === duration.revision && row.line === 0);
    const { duration: seconds, updated_at } = duration;
    rows[first] = { ...rows[first]!, duration: seconds, updated_at };
  }
  return rows.map((row) => withoutProvenance(row));
}
