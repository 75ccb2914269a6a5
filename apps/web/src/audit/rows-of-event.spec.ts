import type { PointTransactionItem } from '#contracts';
import { rowOf } from '../testing/row-builder.js';
import { AT, consumed, eventOf, recharged, refunded } from '../testing/event-builders.js';
import { factsOf } from './event-facts.js';
import { dueRows, madeRows, type DueRow } from './rows-of-event.js';

const rowFor = (id: number, due: DueRow): PointTransactionItem =>
  rowOf(id, {
    type: due.type,
    amount: due.amount,
    balance_before: due.balanceBefore,
    balance_after: due.balanceAfter,
    batch_id: due.batchId,
    created_at: AT,
  });

const drawOf = (batchId: number, points: number) => ({ batchId, points });

describe('the rows that are due of an event', () => {
  it('are one per draw, with running balances', () => {
    expect(dueRows(consumed(1, 93, drawOf(1, 5), drawOf(2, 2)))).toEqual([
      { type: 'consume', amount: 5, batchId: 1, balanceBefore: 100, balanceAfter: 95 },
      { type: 'consume', amount: 2, batchId: 2, balanceBefore: 95, balanceAfter: 93 },
    ]);
  });

  it('are one per slice that comes back, in the batch it comes back into', () => {
    expect(dueRows(refunded(2, 98))).toMatchObject([
      { type: 'refund', batchId: 2, balanceBefore: 93, balanceAfter: 96 },
      { type: 'refund', batchId: 9, balanceBefore: 96, balanceAfter: 98 },
    ]);
  });

  it('are one of what comes in and of what expires, and none of a refusal', () => {
    expect(dueRows(recharged(0, 100, 100))).toMatchObject([{ type: 'recharge', balanceBefore: 0 }]);
    const expired = { batchId: 1, points: 60, expiredAt: AT };
    expect(dueRows(eventOf(3, 'PointsExpired', 40, expired))).toMatchObject([
      { type: 'expire', amount: 60, balanceBefore: 100 },
    ]);
    const refused = { commandType: 'ConsumePoints', code: 'InsufficientPoints', details: {} };
    expect(dueRows(eventOf(4, 'CommandRefused', 40, refused))).toEqual([]);
  });

  it('are not known of an event of a kind that came later', () => {
    const event = eventOf(5, 'PointsGiven', 40, {});
    expect([factsOf(event), dueRows(event)]).toEqual([null, []]);
  });
});

describe('the rows that were made of events', () => {
  const events = [
    recharged(0, 100, 100),
    consumed(1, 95, drawOf(1, 5)),
    refunded(2, 100, { returns: [{ from: 1, into: 1, points: 5, expiresAt: null }] }),
    consumed(3, 95, drawOf(1, 5)),
  ];
  const due = events.flatMap(dueRows);
  const rows = due.map((row, i) => rowFor(10 + i, row));

  it('are found for each event, even where two of the same moment look alike', () => {
    const made = madeRows([...events].reverse(), [...rows].reverse());
    const ids = events.map(({ revision }) => made.get(revision)?.map(({ row }) => row?.id));
    expect(ids).toEqual([[10], [11], [12], [13]]);
  });

  it('are told to be missing where the read tables do not have them', () => {
    const made = madeRows(events, rows.slice(0, 2));
    expect(made.get(1)?.[0]?.row?.id).toBe(11);
    expect(made.get(2)).toEqual([{ due: due[2], row: null }]);
  });

  it('are not those of another balance', () => {
    const bent = rows.map((row) => ({ ...row, balance_after: row.balance_after + 1 }));
    expect(madeRows(events, bent).get(0)?.[0]?.row).toBeNull();
  });
});
