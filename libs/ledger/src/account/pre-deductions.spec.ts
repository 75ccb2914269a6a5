import {
  returnOf,
  consume,
  consumed,
  expire,
  expired,
  given,
  newBatch,
  happenedAt,
  recharge,
  recharged,
  refund,
  refunded,
  refused,
  settle,
  settled,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const settleBy = '2030-01-02';
const open = consumed([draw(1, 100)], { settleBy });

describe('a pre-deduction', () => {
  it('is open for settleWithin seconds, and holds its points', () => {
    given(recharged(1, 1000))
      .when(consume(100, { at: '2030-01-01 12:00:00.007', settleWithin: 3600 }))
      .then(consumed([draw(1, 100)], { settleBy: '2030-01-01 13:00:00.007' }))
      .holds({ balance: 900, held: 100 });
  });

  it.each([
    [1, '2030-01-01 12:00:01'],
    [604_800, '2030-01-08 12:00'],
  ])('may be open for %d seconds', (settleWithin, until) => {
    given(recharged(1, 1000))
      .when(consume(100, { settleWithin }))
      .then(consumed([draw(1, 100)], { settleBy: until }));
  });

  it('counts its seconds from the time of the account when the command is older', () => {
    given(happenedAt('2030-01-05', recharged(1, 1000)))
      .when(consume(100, { at: '2030-01-01', settleWithin: 60 }))
      .then(consumed([draw(1, 100)], { settleBy: '2030-01-05 00:01' }));
  });

  it('keeps the duration that was estimated', () => {
    given(recharged(1, 1000))
      .when(consume(100, { sourceType: 'video', duration: 30, settleWithin: 3600 }))
      .then(
        consumed([draw(1, 100)], {
          sourceType: 'video',
          duration: 30,
          settleBy: '2030-01-01 13:00',
        }),
      );
  });

  it('is out of its batch: the expiry of the batch does not touch it', () => {
    given(
      recharged(1, 150, { expiresAt: '2030-01-01 18:00' }),
      consumed([draw(1, 100)], { settleBy }),
    )
      .when(expire({ at: '2030-01-01 20:00' }))
      .then(expired(1, 50, '2030-01-01 18:00'))
      .holds({ balance: 0, held: 100 })
      .when(settle(100))
      .then(settled(1, 100, 100))
      .holds({ balance: 0, held: 0 });
  });

  it('is open until a millisecond before settleBy', () => {
    given(recharged(1, 1000), open)
      .when(settle(100, { at: '2030-01-01 23:59:59.999' }))
      .then(settled(1, 100, 100));
  });

  it('has timed out at settleBy', () => {
    given(recharged(1, 1000), open)
      .when(expire({ at: settleBy }))
      .then(refunded(1, 'timed_out', [returnOf(1, 100)]))
      .holds({ balance: 1000, held: 0 });
  });
});

describe('openDrawsMax', () => {
  const three = [recharged(1, 10), recharged(2, 10), recharged(3, 1000)];
  const more = { consumptionId: 'more', settleWithin: 60 };

  it('counts the draws of the open pre-deductions, not the pre-deductions', () => {
    given(...three, consumed([draw(1, 10), draw(2, 10), draw(3, 1)], { settleBy }))
      .under({ openDrawsMax: 3 })
      .when(consume(1, more))
      .thenRefused('TooManyOpen');
  });

  it('is checked before the draws of the command are counted', () => {
    given(...three, consumed([draw(1, 10), draw(2, 5)], { settleBy }))
      .under({ openDrawsMax: 3 })
      .when(consume(10, more))
      .then(
        consumed([draw(2, 5), draw(3, 5)], {
          consumptionId: 'more',
          settleBy: '2030-01-01 12:01',
        }),
      )
      .when(consume(1, { consumptionId: 'one', settleWithin: 60 }))
      .thenRefused('TooManyOpen');
  });

  it('does not refuse what is closed at once', () => {
    given(...three)
      .under({ openDrawsMax: 0 })
      .when(consume(1, more))
      .thenRefused('TooManyOpen')
      .when(consume(1))
      .then(consumed([draw(1, 1)]));
  });

  it.each([
    ['settled', settle(5), [settled(3, 5, 5)]],
    ['cancelled', refund(), [refunded(3, 'cancelled', [returnOf(1, 5)])]],
    ['timed out', expire({ at: settleBy }), [refunded(3, 'timed_out', [returnOf(1, 5)])]],
  ] as const)('is free again once one is %s', (_, ask, events) => {
    given(...three, consumed([draw(1, 5)], { settleBy }))
      .under({ openDrawsMax: 1 })
      .when(consume(1, more))
      .thenRefused('TooManyOpen')
      .when(ask)
      .then(...events)
      .when(consume(1, { consumptionId: 'later', settleWithin: 60, at: settleBy }))
      .then(consumed([draw(1, 1)], { consumptionId: 'later', settleBy: '2030-01-02 00:01' }));
  });

  it('is checked after due events were recorded', () => {
    given(recharged(1, 10), consumed([draw(1, 5)], { settleBy }))
      .under({ openDrawsMax: 1 })
      .when(consume(10, { ...more, at: settleBy }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 5)]),
        consumed([draw(1, 10)], { consumptionId: 'more', settleBy: '2030-01-02 00:01' }),
      );
  });

  it('is checked before the balance', () => {
    given(recharged(1, 10), consumed([draw(1, 5)], { settleBy }))
      .under({ openDrawsMax: 1 })
      .when(consume(11, more))
      .thenRefused('TooManyOpen');
  });
});

describe('cancelling a pre-deduction', () => {
  it('brings all of it back and closes it', () => {
    given(recharged(1, 1000), open)
      .when(refund(null, { reason: 'changed my mind' }))
      .then(refunded(1, 'cancelled', [returnOf(1, 100)], { reason: 'changed my mind' }))
      .holds({ balance: 1000, held: 0 })
      .when(settle(50))
      .thenRefused('ConsumptionClosed', { consumptionId: 'work' })
      .when(refund())
      .thenRefused('NothingToRefund', { consumptionId: 'work' })
      .when(expire({ at: '2030-02-01' }))
      .thenNothing();
  });

  it('may name its points', () => {
    given(recharged(1, 1000), open)
      .when(refund(100))
      .then(refunded(1, 'cancelled', [returnOf(1, 100)]));
  });

  it('is refused for fewer points: it is to be settled', () => {
    given(recharged(1, 1000), open)
      .when(refund(99))
      .thenRefused('ConsumptionOpen', { consumptionId: 'work' })
      .holds({ balance: 900, held: 100 });
  });

  it('is refused for more points', () => {
    given(recharged(1, 1000), open)
      .when(refund(101))
      .thenRefused('RefundExceedsConsumption', { refundable: 100, asked: 101 });
  });

  it('is not subject to the balance limit, because its points were counted all along', () => {
    given(
      recharged(1, 1_000_000_000),
      consumed([draw(1, 1_000_000_000)], { consumptionId: 'b' }),
      recharged(2, 1_000_000_000),
      recharged(3, 1_000_000_000),
      consumed([draw(2, 100)], { settleBy }),
      refunded(1, 'refunded', [returnOf(1, 147_483_647)], { consumptionId: 'b' }),
    )
      .holds({ balance: 2_147_483_547, held: 100 })
      .when(refund())
      .then(refunded(4, 'cancelled', [returnOf(2, 100)]))
      .holds({ balance: 2_147_483_647, held: 0 });
  });

  it('after settleBy finds it timed out, and closes it for good', () => {
    given(recharged(1, 1000), open)
      .when(refund(30, { at: settleBy }))
      .then(refunded(1, 'timed_out', [returnOf(1, 100)]), settled(1, 100, 0, { durationOf: null }))
      .when(settle(100))
      .thenRefused('ConsumptionClosed', { consumptionId: 'work' });
  });
});

describe('a pre-deduction that timed out', () => {
  const timedOut = [
    recharged(1, 1000),
    open,
    happenedAt(settleBy, refunded(1, 'timed_out', [returnOf(1, 100)])),
  ];

  it.each([null, 1, 100, 1_000_000_000])(
    'is closed for good by a refund, whatever points are named (%p)',
    (points) => {
      given(...timedOut)
        .when(refund(points, { reason: 'not mine' }))
        .then(settled(1, 100, 0, { durationOf: null }))
        .holds({ balance: 1000, held: 0 })
        .when(refund(points))
        .thenRefused('NothingToRefund', { consumptionId: 'work' })
        .when(settle(0))
        .thenRefused('ConsumptionClosed', { consumptionId: 'work' });
    },
  );

  it('is closed for good also where the balance is at its limit', () => {
    given(
      ...timedOut,
      recharged(2, 999_999_000),
      consumed([draw(1, 1000), draw(2, 999_999_000)], { consumptionId: 'b' }),
      recharged(3, 1_000_000_000),
      recharged(4, 1_000_000_000),
      refunded(4, 'refunded', [returnOf(2, 147_483_647)], { consumptionId: 'b' }),
    )
      .holds({ balance: 2_147_483_647 })
      .when(refund())
      .then(settled(1, 100, 0, { durationOf: null }));
  });

  it('is evicted refundableDays after it timed out, not after it began', () => {
    given(...timedOut)
      .under({ refundableDays: 20 })
      .when(settle(10, { at: '2030-01-22 00:00:00.001' }))
      .thenRefused('UnknownConsumption', { consumptionId: 'work' });
    given(...timedOut)
      .under({ refundableDays: 20 })
      .when(settle(10, { at: '2030-01-22' }))
      .then(consumed([draw(1, 10)], { of: 1 }), settled(1, 100, 10, { durationOf: 3 }));
  });

  it('is retained from its late settlement on', () => {
    given(...timedOut)
      .under({ refundableDays: 20 })
      .when(settle(10, { at: '2030-01-22' }))
      .then(consumed([draw(1, 10)], { of: 1 }), settled(1, 100, 10, { durationOf: 3 }))
      .when(refund(1, { at: '2030-02-11' }))
      .then(refunded(1, 'refunded', [returnOf(1, 1)]))
      .when(refund(1, { at: '2030-02-11 00:00:00.001' }))
      .then(refused('UnknownConsumption', { consumptionId: 'work' }));
  });
});

describe('a pre-deduction that a recharge follows', () => {
  it('leaves the balance to grow', () => {
    given(recharged(1, 100), open)
      .when(recharge(7))
      .then(recharged(newBatch(1), 7))
      .holds({ balance: 7, held: 100 });
  });
});
