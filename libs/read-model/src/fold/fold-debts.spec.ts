import type { LedgerEvent } from '#ledger';

import { consumed, recharged, refunded, settled, userNo } from '../testing/event-builders.js';
import {
  collected,
  extended,
  forgiven,
  reinstated,
  reversed,
} from '../testing/debt-event-builders.js';
import { inStoreOrder } from '../testing/vectors.js';
import { decodeBatch } from './decode-batch.js';
import { fold } from './fold.js';
import { emptyFoldedRows } from './folded-rows.js';
import { noLoadedRows, type LoadedRows } from './loaded-rows.js';

const USER = userNo(1);
const LATER = '2030-01-02T00:00:00.000Z';
const OWED_MAX = 2_000_000_000;

/** The rows after a recharge of 100 points and these events. */
function after(...events: readonly LedgerEvent[]): LoadedRows {
  const rows = noLoadedRows();
  const first = recharged({ balanceAfter: 100, rechargeId: 'order-1', owedAfter: 0 });
  const history = [first, ...events];
  const batch = decodeBatch(null, { events: inStoreOrder([{ userId: USER, events: history }]) });
  fold(new Map([[USER, rows]]), batch, emptyFoldedRows(1));
  return rows;
}

const opened = consumed({ balanceAfter: 0, points: 100, settleBy: LATER, owedAfter: 0 });
const overrun = (owed: number, uncollected = 0) =>
  settled({
    balanceAfter: 0,
    estimated: 100,
    actual: 100 + owed + uncollected,
    charged: 100,
    owed,
    uncollected,
    owedAfter: owed,
  });

describe('a debt', () => {
  it('is owed by the account and by its consumption, up to the largest there is', () => {
    const { account, consumptions } = after(opened, overrun(OWED_MAX, 7));
    expect(account).toMatchObject({ balance: 0, owed: OWED_MAX, held: 0 });
    expect(consumptions.get(1)).toMatchObject({
      actual: OWED_MAX + 107,
      charged: 100,
      owed: OWED_MAX,
      uncollected: 7,
    });
  });

  it('moves to what was charged when it is collected', () => {
    const { account, consumptions } = after(
      opened,
      overrun(30),
      recharged({ balanceAfter: 50, points: 50, batchId: 2, owedAfter: 30 }),
      collected({
        balanceAfter: 20,
        points: 30,
        draws: [{ batchId: 2, points: 30 }],
        owedAfter: 0,
      }),
    );
    expect(account).toMatchObject({ balance: 20, owed: 0 });
    expect(consumptions.get(1)).toMatchObject({ actual: 130, charged: 130, owed: 0, drawn: 130 });
  });

  it('is no part of what was charged when it is forgiven', () => {
    const { account, consumptions } = after(
      opened,
      overrun(30),
      forgiven({ balanceAfter: 0, points: 10, owedAfter: 20 }),
    );
    expect(account).toMatchObject({ owed: 20 });
    expect(consumptions.get(1)).toMatchObject({ charged: 100, owed: 20 });
  });

  it.each<[string, LedgerEvent[], string]>([
    [
      'a sum of debts that is not what the events say',
      [opened, overrun(30), forgiven({ balanceAfter: 0, points: 10, owedAfter: 25 })],
      'says 25 points are owed, the tables say 20',
    ],
    [
      'a payment of more than is owed',
      [
        opened,
        overrun(30),
        reversed({ balanceAfter: 0, points: 0, owed: 20, owedAfter: 50 }),
        forgiven({ balanceAfter: 0, points: 40, owedAfter: 10 }),
      ],
      'takes more than consumption 1 owes',
    ],
    [
      'an extension of one that is closed',
      [opened, overrun(0), extended({ balanceAfter: 0 })],
      'extends consumption 1, which is settled',
    ],
  ])('rejects %s', (_, events, message) => {
    expect(() => after(...events)).toThrow(message);
  });
});

describe('an extension', () => {
  it('changes estimate, deadline and quantity, and holds what it draws', () => {
    const { account, consumptions } = after(
      consumed({ balanceAfter: 90, settleBy: LATER, quantity: 1, owedAfter: 0 }),
      consumed({ balanceAfter: 85, points: 5, of: 1, settleBy: LATER, owedAfter: 0 }),
      extended({ balanceAfter: 85, estimated: 15, quantity: 1.5 }),
    );
    expect(account).toMatchObject({ held: 15 });
    expect(consumptions.get(1)).toMatchObject({
      status: 'open',
      estimate: 15,
      settle_by: '2030-01-09T00:00:00.000Z',
      quantity: 1.5,
      charged: null,
    });
  });
});

describe('what was charged', () => {
  it('is nothing when a pre-deduction is cancelled, and not known when it timed out', () => {
    const back = (cause: 'cancelled' | 'timed_out') =>
      after(opened, refunded({ balanceAfter: 100, points: 100, cause })).consumptions.get(1);
    expect(back('cancelled')).toMatchObject({ charged: 0, owed: 0, uncollected: 0 });
    expect(back('timed_out')).toMatchObject({ charged: null, owed: 0, uncollected: 0 });
  });
});

describe('a recharge', () => {
  it('sums up what was reversed and reinstated, beyond 32 bits', () => {
    const rows = after();
    rows.recharges.get(0)!.reversed = 2 ** 40;
    rows.recharges.get(0)!.reinstated = 2 ** 40;
    const events = inStoreOrder([
      {
        userId: USER,
        events: [
          recharged({ balanceAfter: 100 }),
          reversed({ balanceAfter: 90, points: 10, owed: 5, uncollected: 3, owedAfter: 5 }),
          forgiven({
            balanceAfter: 90,
            points: 5,
            owedAfter: 0,
            consumptionId: null,
            rechargeId: 'order-1',
            of: 0,
          }),
          reinstated({ balanceAfter: 100, points: 10, forgiven: 5, waived: 3 }),
        ],
      },
    ]);
    fold(
      new Map([[USER, rows]]),
      decodeBatch(events[0]!.position, { events: events.slice(1) }),
      emptyFoldedRows(9),
    );
    expect(rows.recharges.get(0)).toMatchObject({
      recharge_id: 'order-1',
      points: 100,
      reversed: 2 ** 40 + 18,
      reinstated: 2 ** 40 + 18,
    });
  });

  it('is described by its batch when an earlier release kept no row of it', () => {
    const rows = after();
    rows.recharges.clear();
    const [, event] = inStoreOrder([
      {
        userId: USER,
        events: [
          recharged({ balanceAfter: 100 }),
          reversed({ balanceAfter: 60, points: 40, sourceId: 'task', owedAfter: 0 }),
        ],
      },
    ]);
    const folded = emptyFoldedRows(2);
    fold(new Map([[USER, rows]]), decodeBatch(null, { events: [event!] }), folded);
    expect([...folded.recharges.inserted]).toEqual([
      {
        user_id: USER,
        revision: 0,
        recharge_id: 'order-1',
        batch_id: 1,
        points: 100,
        reversed: 40,
        reinstated: 0,
        source_id: 'task',
      },
    ]);
  });

  it.each<[string, LedgerEvent[], string]>([
    [
      'a reversal of more than it has',
      [reversed({ balanceAfter: 0, points: 100, uncollected: 1 })],
      'undoes 101 of 100 points of recharge 0',
    ],
    [
      'a reinstatement of more than was reversed',
      [reversed({ balanceAfter: 90 }), reinstated({ balanceAfter: 100, waived: 1 })],
      'undoes -1 of 100 points of recharge 0',
    ],
    [
      'a reinstatement of one that is not there',
      [reinstated({ balanceAfter: 110, of: 7 })],
      'there is no recharge 7',
    ],
    [
      'a reversal of one without a batch',
      [reversed({ balanceAfter: 100, points: 0, uncollected: 1, of: 7, batchId: 9 })],
      'there is no batch 9',
    ],
  ])('rejects %s', (_, events, message) => {
    expect(() => after(...events)).toThrow(message);
  });
});
