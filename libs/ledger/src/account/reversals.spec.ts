import {
  HELD,
  collected,
  consume,
  consumed,
  forgiven,
  givenRules2,
  newBatch,
  recharge,
  recharged,
  refund,
  refunded,
  reinstate,
  reinstated,
  returnOf,
  reverse,
  reversed,
  expired,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const order = { rechargeId: 'order' };
const sold = () => givenRules2(recharged(1, 100, { ...order, sourceId: 'shop-1' }));
const shop = { sourceId: 'shop-1' };

describe('a recharge', () => {
  it('happens once under one id', () => {
    sold()
      .when(recharge(100, order))
      .thenRefused('RechargeIdReused', { rechargeId: 'order', batchId: 1 })
      .when(recharge(5, { rechargeId: 'another' }))
      .then(recharged(newBatch(1), 5, { rechargeId: 'another' }));
  });

  it('that nobody names has the id of its command', () => {
    const asked = sold().when(recharge(5));
    asked.then(recharged(newBatch(1), 5, { rechargeId: asked.command.commandId }));
  });

  it('is remembered while it is among the newest, or has points left', () => {
    const spent = (rechargesMax: number) =>
      givenRules2(
        recharged(1, 5, order),
        consumed([draw(1, 5)]),
        recharged(2, 5, { rechargeId: 'later' }),
      ).under({ rechargesMax });
    spent(2).when(recharge(5, order)).thenRefused('RechargeIdReused', {
      rechargeId: 'order',
      batchId: 1,
    });
    spent(1)
      .when(recharge(5, order))
      .then(recharged(newBatch(1), 5, order));
    givenRules2(recharged(1, 5, order), recharged(2, 5, { rechargeId: 'later' }))
      .under({ rechargesMax: 0 })
      .when(recharge(5, order))
      .thenRefused('RechargeIdReused', { rechargeId: 'order', batchId: 1 });
  });

  it('is remembered again when its batch has points again', () => {
    givenRules2(recharged(1, 5, order), consumed([draw(1, 5)]))
      .under({ rechargesMax: 0 })
      .when(reverse(null))
      .thenRefused('UnknownRecharge', order)
      .when(refund(2))
      .then(refunded(1, 'refunded', [returnOf(1, 2)]))
      .when(reverse(2))
      .then(reversed(0, 1, 2));
  });

  it('is refused where as many batches are used as may be, also those that are held', () => {
    givenRules2(
      recharged(1, 5),
      consumed([draw(1, 5)], { settleBy: '2030-01-02', ...HELD }),
      recharged(2, 5),
    )
      .under({ batchesMax: 2 })
      .when(recharge(5))
      .thenRefused('TooManyBatches')
      .when(refund(null))
      .then(refunded(1, 'cancelled', [returnOf(1, 5)]))
      .when(recharge(5))
      .thenRefused('TooManyBatches')
      .when(consume(10, { consumptionId: 'b' }))
      .then(consumed([draw(1, 5), draw(2, 5)], { consumptionId: 'b' }))
      .when(recharge(5))
      .then(recharged(newBatch(1), 5));
  });
});

describe('a reversal', () => {
  it('takes what is left in the batch of the recharge', () => {
    sold()
      .when(reverse(40, { cause: 'payment_refunded', reason: '退款' }))
      .then(reversed(0, 1, 40, { ...shop, cause: 'payment_refunded', reason: '退款' }))
      .holds({ balance: 60 })
      .when(reverse())
      .then(reversed(0, 1, 60, shop))
      .when(reverse())
      .thenRefused('NothingToReverse', order);
  });

  it('leaves what was spent as a debt, which other points pay at once', () => {
    givenRules2(recharged(1, 100, order), consumed([draw(1, 70)]), recharged(2, 50))
      .when(reverse())
      .then(reversed(0, 1, 30, { owed: 70 }), collected(0, [draw(2, 50)], order))
      .holds({ balance: 0, owed: 20 });
  });

  it('leaves nothing owed where it is clamped', () => {
    givenRules2(recharged(1, 100, order), consumed([draw(1, 70)]))
      .when(reverse(null, { shortfall: 'clamp', cause: 'chargeback' }))
      .then(reversed(0, 1, 30, { uncollected: 70, cause: 'chargeback' }))
      .holds({ balance: 0, owed: 0 });
  });

  it('never owes what expired', () => {
    givenRules2(recharged(1, 100, { ...order, expiresAt: '2030-01-02' }), consumed([draw(1, 70)]))
      .when(reverse(null, { at: '2030-01-02' }))
      .then(expired(1, 30, '2030-01-02'), reversed(0, 1, 0, { owed: 70, uncollected: 30 }))
      .holds({ owed: 70 });
  });

  it('is of a recharge that is known, and of no more than came in', () => {
    sold()
      .when(reverse(1, { rechargeId: 'x' }))
      .thenRefused('UnknownRecharge', { rechargeId: 'x' });
    sold().when(reverse(101)).thenRefused('ReversalExceedsRecharge', {
      reversible: 100,
      asked: 101,
    });
  });

  it('of two recharges of the most points there can be leaves the largest debt there can be', () => {
    const second = { rechargeId: 'second' };
    givenRules2(
      recharged(1, 1_000_000_000, order),
      consumed([draw(1, 1_000_000_000)], { consumptionId: 'a' }),
      recharged(2, 1_000_000_000, second),
      consumed([draw(2, 1_000_000_000)], { consumptionId: 'b' }),
    )
      .under({ owedMax: 2_000_000_000 })
      .when(reverse())
      .then(reversed(0, 1, 0, { owed: 1_000_000_000 }))
      .when(reverse(null, second))
      .then(reversed(2, 2, 0, { owed: 1_000_000_000, ...second }))
      .when(consume(1))
      .thenRefused('InsufficientPoints', { balance: 0, asked: 1, owed: 2_000_000_000 });
  });

  it('makes a debt no larger than the policy allows', () => {
    givenRules2(recharged(1, 100, order), consumed([draw(1, 100)]))
      .under({ owedMax: 30 })
      .when(reverse())
      .then(reversed(0, 1, 0, { owed: 30, uncollected: 70 }));
  });
});

describe('a reinstatement', () => {
  it('brings back what was taken', () => {
    sold()
      .when(reverse(40))
      .then(reversed(0, 1, 40, shop))
      .when(reinstate())
      .then(reinstated(0, [returnOf(1, 40)], shop))
      .holds({ balance: 100 })
      .when(reinstate())
      .thenRefused('NothingToReinstate', order);
  });

  it('waives what was uncollected first, then forgives, then brings back', () => {
    givenRules2(recharged(1, 100, order), consumed([draw(1, 70)]))
      .under({ owedMax: 50 })
      .when(reverse())
      .then(reversed(0, 1, 30, { owed: 50, uncollected: 20 }))
      .when(reinstate(15))
      .then(reinstated(0, [], { waived: 15 }))
      .when(reinstate(25, { reason: '胜诉' }))
      .then(
        forgiven(0, 20, { ...order, reason: '胜诉' }),
        reinstated(0, [], { waived: 5, forgiven: 20, reason: '胜诉' }),
      )
      .holds({ owed: 30 })
      .when(reinstate())
      .then(forgiven(0, 30, order), reinstated(0, [returnOf(1, 30)], { forgiven: 30 }))
      .holds({ balance: 30, owed: 0 });
  });

  it('brings back what was collected to the batches that paid', () => {
    givenRules2(recharged(1, 100, order), consumed([draw(1, 70)]), recharged(2, 50))
      .when(reverse())
      .then(reversed(0, 1, 30, { owed: 70 }), collected(0, [draw(2, 50)], order))
      .when(reinstate(100))
      .then(
        forgiven(0, 20, order),
        reinstated(0, [returnOf(2, 50), returnOf(1, 30)], { forgiven: 20 }),
      )
      .holds({ balance: 80, owed: 0 });
  });

  it('returns nothing dead: what is gone goes into a grace batch', () => {
    givenRules2(recharged(1, 100, { ...order, expiresAt: '2030-01-02' }))
      .when(reverse())
      .then(reversed(0, 1, 100))
      .when(reinstate(null, { at: '2030-03-01' }))
      .then(reinstated(0, [returnOf(1, 100, newBatch(1), '2030-03-08')]))
      .holds({ balance: 100 });
  });

  it('is of no more than was reversed', () => {
    sold()
      .when(reverse(40))
      .then(reversed(0, 1, 40, shop))
      .when(reinstate(41))
      .thenRefused('ReinstatementExceedsReversal', { reversed: 40, asked: 41 })
      .when(reinstate(1, { rechargeId: 'x' }))
      .thenRefused('UnknownRecharge', { rechargeId: 'x' });
  });

  it('may come to the largest balance there can be', () => {
    givenRules2(
      recharged(1, 1_000_000_000, order),
      reversed(0, 1, 1_000_000_000),
      recharged(2, 1_000_000_000),
      recharged(3, 147_483_648),
    )
      .when(reinstate())
      .thenRefused('BalanceLimit', { balance: 1_147_483_648, held: 0, asked: 1_000_000_000 })
      .when(reinstate(999_999_999))
      .then(reinstated(0, [returnOf(1, 999_999_999)]))
      .holds({ balance: 2_147_483_647 });
  });

  it('is refused where it would pass the largest balance', () => {
    givenRules2(
      recharged(1, 1_000_000_000, order),
      reversed(0, 1, 1_000_000_000),
      recharged(2, 1_000_000_000),
      recharged(3, 900_000_000),
    )
      .when(reinstate())
      .thenRefused('BalanceLimit', { balance: 1_900_000_000, held: 0, asked: 1_000_000_000 });
  });
});

describe('what comes back', () => {
  const spent = () =>
    givenRules2(
      recharged(1, 5),
      recharged(2, 5),
      recharged(3, 5),
      consumed([draw(1, 5), draw(2, 5), draw(3, 5)]),
    );

  it('is refused where it has too many slices, with how many points fit', () => {
    spent()
      .under({ openDrawsMax: 2 })
      .when(refund(14))
      .thenRefused('TooManySlices', { points: 10 })
      .when(refund(10))
      .then(refunded(3, 'refunded', [returnOf(3, 5), returnOf(2, 5)]));
  });

  it('is refused where twice as many batches would be used as may come in', () => {
    spent()
      .under({ batchesMax: 1 })
      .when(refund(15))
      .thenRefused('TooManyBatches')
      .when(refund(10))
      .then(refunded(3, 'refunded', [returnOf(3, 5), returnOf(2, 5)]));
  });

  it('is never refused for it when it is open', () => {
    givenRules2(
      recharged(1, 5),
      recharged(2, 5),
      recharged(3, 5),
      consumed([draw(1, 5), draw(2, 5), draw(3, 5)], { settleBy: '2030-01-02', ...HELD }),
    )
      .under({ openDrawsMax: 1, batchesMax: 1 })
      .when(refund(null))
      .then(refunded(3, 'cancelled', [returnOf(3, 5), returnOf(2, 5), returnOf(1, 5)]));
  });
});
