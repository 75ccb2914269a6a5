import type { PointTransactionItem } from '#contracts';
import { rowOf } from '../testing/row-builder.js';
import { AT, consumed, eventOf, recharged, refunded } from '../testing/event-builders.js';
import { parseEventDetails } from './event-details.js';
import { expectedRows, matchRows, type ExpectedRow } from './expected-rows.js';

const rowMatching = (id: number, due: ExpectedRow): PointTransactionItem =>
  rowOf(id, {
    type: due.type,
    amount: due.amount,
    balance_before: due.balanceBefore,
    balance_after: due.balanceAfter,
    batch_id: due.batchId,
    created_at: AT,
  });

const draw = (batchId: number, points: number) => ({ batchId, points });

describe('expectedRows', () => {
  it('expects one row per draw, with running balances', () => {
    expect(expectedRows(consumed(1, 93, draw(1, 5), draw(2, 2)))).toEqual([
      { type: 'consume', amount: 5, batchId: 1, balanceBefore: 100, balanceAfter: 95 },
      { type: 'consume', amount: 2, batchId: 2, balanceBefore: 95, balanceAfter: 93 },
    ]);
  });

  it('expects one row per refunded slice, in the batch that receives it', () => {
    expect(expectedRows(refunded(2, 98))).toMatchObject([
      { type: 'refund', batchId: 2, balanceBefore: 93, balanceAfter: 96 },
      { type: 'refund', batchId: 9, balanceBefore: 96, balanceAfter: 98 },
    ]);
  });

  it('expects one row for a recharge or an expiry, and none for a refusal', () => {
    expect(expectedRows(recharged(0, 100, 100))).toMatchObject([
      { type: 'recharge', balanceBefore: 0 },
    ]);
    const expired = { batchId: 1, points: 60, expiredAt: AT };
    expect(expectedRows(eventOf(3, 'PointsExpired', 40, expired))).toMatchObject([
      { type: 'expire', amount: 60, balanceBefore: 100 },
    ]);
    const refused = { commandType: 'ConsumePoints', code: 'InsufficientPoints', details: {} };
    expect(expectedRows(eventOf(4, 'CommandRefused', 40, refused))).toEqual([]);
  });

  it('expects one row per draw of a collected debt, of a consumption or of a recharge', () => {
    const debt = { of: 1, sourceType: null, sourceId: null, points: 7 };
    const draws = [draw(1, 5), draw(2, 2)];
    const ofConsumption = { ...debt, consumptionId: 'c-1', rechargeId: null, draws };
    const ofRecharge = { ...debt, consumptionId: null, rechargeId: 'r-1', draws };
    expect(expectedRows(eventOf(5, 'DebtCollected', 0, ofConsumption))).toEqual([
      { type: 'consume', amount: 5, batchId: 1, balanceBefore: 7, balanceAfter: 2 },
      { type: 'consume', amount: 2, batchId: 2, balanceBefore: 2, balanceAfter: 0 },
    ]);
    expect(expectedRows(eventOf(5, 'DebtCollected', 0, ofRecharge))).toMatchObject([
      { type: 'expire', amount: 5 },
      { type: 'expire', amount: 2 },
    ]);
  });

  it('expects one row for the points that a reversal takes, and one per slice that it returns', () => {
    const recharge = { rechargeId: 'r-1', of: 0, sourceId: null, reason: null };
    const reversed = { ...recharge, batchId: 1, cause: 'chargeback', owed: 40, uncollected: 0 };
    expect(expectedRows(eventOf(5, 'RechargeReversed', 0, { ...reversed, points: 60 }))).toEqual([
      { type: 'expire', amount: 60, batchId: 1, balanceBefore: 60, balanceAfter: 0 },
    ]);
    expect(expectedRows(eventOf(5, 'RechargeReversed', 0, { ...reversed, points: 0 }))).toEqual([]);
    const returns = [{ from: 1, into: 9, points: 60, expiresAt: AT }];
    const reinstated = { ...recharge, points: 60, forgiven: 40, waived: 0, returns };
    expect(expectedRows(eventOf(6, 'RechargeReinstated', 60, reinstated))).toEqual([
      { type: 'refund', amount: 60, batchId: 9, balanceBefore: 0, balanceAfter: 60 },
    ]);
  });

  it('expects no rows for a debt that is forgiven, nor for an extension', () => {
    const forgiven = {
      ...{ consumptionId: 'c-1', of: 1, rechargeId: null, sourceType: 'tts', sourceId: null },
      ...{ points: 7, cause: 'refunded', reason: null },
    };
    const extended = { consumptionId: 'c-1', of: 1, settleBy: AT, estimated: 9, quantity: null };
    for (const [type, data] of [
      ['DebtForgiven', forgiven],
      ['ConsumptionExtended', extended],
    ] as const) {
      const event = eventOf(5, type, 0, data);
      expect(parseEventDetails(event)?.type).toBe(type);
      expect(expectedRows(event)).toEqual([]);
    }
  });

  it('expects no rows for an unknown event type', () => {
    const event = eventOf(5, 'PointsGiven', 40, {});
    expect([parseEventDetails(event), expectedRows(event)]).toEqual([null, []]);
  });
});

describe('matchRows', () => {
  const events = [
    recharged(0, 100, 100),
    consumed(1, 95, draw(1, 5)),
    refunded(2, 100, { returns: [{ from: 1, into: 1, points: 5, expiresAt: null }] }),
    consumed(3, 95, draw(1, 5)),
  ];
  const expected = events.flatMap(expectedRows);
  const rows = expected.map((row, i) => rowMatching(10 + i, row));

  it('finds the rows of each event, even if two of the same time are alike', () => {
    const matched = matchRows([...events].reverse(), [...rows].reverse());
    const ids = events.map(({ revision }) =>
      matched.get(revision)?.map(({ actual }) => actual?.id),
    );
    expect(ids).toEqual([[10], [11], [12], [13]]);
  });

  it('reports rows that the read tables do not have as missing', () => {
    const matched = matchRows(events, rows.slice(0, 2));
    expect(matched.get(1)?.[0]?.actual?.id).toBe(11);
    expect(matched.get(2)).toEqual([{ expected: expected[2], actual: null }]);
  });

  it('does not match a row with another balance', () => {
    const altered = rows.map((row) => ({ ...row, balance_after: row.balance_after + 1 }));
    expect(matchRows(events, altered).get(0)?.[0]?.actual).toBeNull();
  });
});
