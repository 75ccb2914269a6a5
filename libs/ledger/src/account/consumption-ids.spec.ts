import {
  returnOf,
  consume,
  consumed,
  given,
  happenedAt,
  recharged,
  refund,
  refunded,
  settle,
  settled,
  type EventInput,
  refused,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const reused = { consumptionId: 'work' };
const plain = recharged(1, 1000);
const open = consumed([draw(1, 10)], { settleBy: '2030-01-02' });
const timedOut = happenedAt('2030-01-02', refunded(1, 'timed_out', [returnOf(1, 10)]));

describe('the id of a consumption', () => {
  it.each<[string, EventInput[]]>([
    ['closed at once', [consumed([draw(1, 10)])]],
    ['open', [open]],
    ['settled', [open, settled(1, 10, 10)]],
    ['cancelled', [open, refunded(1, 'cancelled', [returnOf(1, 10)])]],
    ['timed out', [open, timedOut]],
    ['refunded in full', [consumed([draw(1, 10)]), refunded(1, 'refunded', [returnOf(1, 10)])]],
  ])('is not taken again while a consumption with it is retained that is %s', (_, happened) => {
    given(plain, ...happened)
      .when(consume(10))
      .thenRefused('ConsumptionIdReused', reused);
  });

  it('is not taken again by a pre-deduction', () => {
    given(plain, open)
      .when(consume(10, { settleWithin: 60 }))
      .thenRefused('ConsumptionIdReused', reused);
  });

  it('is taken apart from others by every character', () => {
    given(plain, open)
      .when(consume(10, { consumptionId: 'Work' }))
      .then(consumed([draw(1, 10)], { consumptionId: 'Work' }));
  });

  it('is checked before everything else', () => {
    given(plain, open)
      .under({ openDrawsMax: 0 })
      .when(consume(1_000_000, { settleWithin: 60 }))
      .thenRefused('ConsumptionIdReused', reused)
      .when(consume(1_000_000, { consumptionId: 'other', settleWithin: 60 }))
      .thenRefused('TooManyOpen')
      .when(consume(1_000_000, { consumptionId: 'other' }))
      .thenRefused('InsufficientPoints', { balance: 990, asked: 1_000_000 });
  });
});

describe('a closed consumption', () => {
  const history = [plain, consumed([draw(1, 10)])];

  it('is retained for refundableDays to the millisecond', () => {
    given(...history)
      .under({ refundableDays: 20 })
      .when(consume(1, { at: '2030-01-21 08:00' }))
      .thenRefused('ConsumptionIdReused', reused);
  });

  it('is evicted a millisecond later, and its id can begin another consumption', () => {
    given(...history)
      .under({ refundableDays: 20 })
      .when(refund(null, { at: '2030-01-21 08:00:00.001' }))
      .thenRefused('UnknownConsumption', reused)
      .when(consume(1))
      .then(consumed([draw(1, 1)]))
      .when(refund())
      .then(refunded(3, 'refunded', [returnOf(1, 1)]));
  });

  it('is judged by the time of the account, not by that of an older command', () => {
    given(...history, happenedAt('2030-03-01', recharged(2, 1)))
      .under({ refundableDays: 20 })
      .when(refund(null, { at: '2030-01-02' }))
      .thenRefused('UnknownConsumption', reused);
  });

  it('is not retained longer because of a partial refund', () => {
    given(...history, happenedAt('2030-01-15', refunded(1, 'refunded', [returnOf(1, 4)])))
      .under({ refundableDays: 20 })
      .when(refund(null, { at: '2030-01-21 08:00:00.001' }))
      .thenRefused('UnknownConsumption', reused);
  });

  it('is evicted for settlements and refunds alike', () => {
    given(...history)
      .under({ refundableDays: 0 })
      .when(settle(1, { at: '2030-01-01 08:00' }))
      .thenRefused('ConsumptionClosed', reused)
      .when(settle(1, { at: '2030-01-01 08:00:00.001' }))
      .thenRefused('UnknownConsumption', reused);
  });
});

describe('consumptionsMax', () => {
  const three = [
    plain,
    consumed([draw(1, 1)], { consumptionId: 'a' }),
    consumed([draw(1, 1)], { consumptionId: 'b' }),
    consumed([draw(1, 1)], { consumptionId: 'c' }),
  ];

  it('keeps those that closed last', () => {
    given(...three)
      .under({ consumptionsMax: 2 })
      .when(refund(null, { consumptionId: 'a' }))
      .thenRefused('UnknownConsumption', { consumptionId: 'a' })
      .when(refund(null, { consumptionId: 'b' }))
      .then(refunded(2, 'refunded', [returnOf(1, 1)], { consumptionId: 'b' }))
      .when(consume(1, { consumptionId: 'c' }))
      .thenRefused('ConsumptionIdReused', { consumptionId: 'c' });
  });

  it('of 0 evicts each one as it closes', () => {
    given(plain)
      .under({ consumptionsMax: 0 })
      .when(consume(1))
      .then(consumed([draw(1, 1)]))
      .when(refund())
      .thenRefused('UnknownConsumption', reused);
  });

  it('does not count open consumptions, and never evicts them', () => {
    given(plain)
      .under({ consumptionsMax: 0, refundableDays: 0 })
      .when(consume(3, { consumptionId: 'x', settleWithin: 604_800 }))
      .then(consumed([draw(1, 3)], { consumptionId: 'x', settleBy: '2030-01-08 12:00' }))
      .when(consume(2, { consumptionId: 'y', at: '2030-01-05' }))
      .then(consumed([draw(1, 2)], { consumptionId: 'y' }))
      .when(consume(2, { consumptionId: 'x' }))
      .thenRefused('ConsumptionIdReused', { consumptionId: 'x' })
      .when(settle(4, { consumptionId: 'x' }))
      .then(
        consumed([draw(1, 1)], { consumptionId: 'x', of: 1 }),
        settled(1, 3, 4, { consumptionId: 'x' }),
      )
      .when(settle(4, { consumptionId: 'x' }))
      .thenRefused('UnknownConsumption', { consumptionId: 'x' });
  });

  it('counts a late settlement as another closing', () => {
    given(
      plain,
      consumed([draw(1, 5)], { consumptionId: 'late', settleBy: '2030-01-01 09:00' }),
      happenedAt(
        '2030-01-01 09:00',
        refunded(1, 'timed_out', [returnOf(1, 5)], { consumptionId: 'late' }),
      ),
      consumed([draw(1, 1)], { consumptionId: 'b' }),
    )
      .under({ consumptionsMax: 2 })
      .when(settle(5, { consumptionId: 'late' }))
      .then(
        consumed([draw(1, 5)], { consumptionId: 'late', of: 1 }),
        settled(1, 5, 5, { consumptionId: 'late', durationOf: 4 }),
      )
      .when(consume(1, { consumptionId: 'c' }))
      .then(consumed([draw(1, 1)], { consumptionId: 'c' }))
      .when(refund(null, { consumptionId: 'b' }))
      .thenRefused('UnknownConsumption', { consumptionId: 'b' })
      .when(refund(null, { consumptionId: 'late' }))
      .then(refunded(1, 'refunded', [returnOf(1, 5)], { consumptionId: 'late' }));
  });

  it('counts what times out before the command', () => {
    given(
      plain,
      consumed([draw(1, 1)], { consumptionId: 'a' }),
      consumed([draw(1, 2)], { consumptionId: 'b', settleBy: '2030-01-02' }),
    )
      .under({ consumptionsMax: 1 })
      .when(refund(null, { consumptionId: 'a', at: '2030-01-02' }))
      .then(
        refunded(2, 'timed_out', [returnOf(1, 2)], { consumptionId: 'b' }),
        refused('UnknownConsumption', { consumptionId: 'a' }),
      );
  });
});

describe('a consumption id that was used again', () => {
  it('names the newer one even while the state still holds the older one', () => {
    given(plain, consumed([draw(1, 10)]), happenedAt('2030-01-10', recharged(2, 1)))
      .under({ refundableDays: 20 })
      .when(consume(3, { at: '2030-02-01', settleWithin: 60 }))
      .then(consumed([draw(1, 3)], { settleBy: '2030-02-01 00:01' }))
      .when(settle(3))
      .then(settled(3, 3, 3))
      .when(refund(3, { at: '2030-02-20' }))
      .then(refunded(3, 'refunded', [returnOf(1, 3)]));
  });
});
