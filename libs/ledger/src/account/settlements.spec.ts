import {
  returnOf,
  consume,
  consumed,
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
  type EventInput,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const settleBy = '2030-01-02';
const work = { consumptionId: 'work' };
const open = consumed([draw(1, 100)], { settleBy });

describe('a settlement', () => {
  it('at the estimate closes the pre-deduction, and nothing else', () => {
    given(recharged(1, 1000), open)
      .when(settle(100))
      .then(settled(1, 100, 100))
      .holds({ balance: 900, held: 0 });
  });

  it('below the estimate brings the difference back first', () => {
    given(recharged(1, 1000), open)
      .when(settle(80))
      .then(refunded(1, 'overestimated', [returnOf(1, 20)]), settled(1, 100, 80))
      .holds({ balance: 920, held: 0 });
  });

  it('below the estimate takes from the end of the draws', () => {
    given(
      recharged(1, 60),
      recharged(2, 30),
      recharged(3, 10),
      consumed([draw(1, 60), draw(2, 30), draw(3, 10)], { settleBy }),
    )
      .when(settle(75))
      .then(refunded(3, 'overestimated', [returnOf(3, 10), returnOf(2, 15)]), settled(3, 100, 75))
      .when(refund())
      .then(refunded(3, 'refunded', [returnOf(2, 15), returnOf(1, 60)]));
  });

  it('of nothing brings all of it back', () => {
    given(recharged(1, 1000), open)
      .when(settle(0))
      .then(refunded(1, 'overestimated', [returnOf(1, 100)]), settled(1, 100, 0))
      .holds({ balance: 1000, held: 0 })
      .when(refund())
      .thenRefused('NothingToRefund', work);
  });

  it("above the estimate draws the difference in today's order", () => {
    given(
      recharged(1, 110),
      consumed([draw(1, 100)], { settleBy }),
      recharged(2, 50, { priority: 1 }),
    )
      .when(settle(155))
      .then(consumed([draw(2, 50), draw(1, 5)], { of: 1 }), settled(1, 100, 155))
      .holds({ balance: 5, held: 0 });
  });

  it('above the estimate may take the whole balance', () => {
    given(recharged(1, 1000), open)
      .when(settle(1000))
      .then(consumed([draw(1, 900)], { of: 1 }), settled(1, 100, 1000))
      .holds({ balance: 0, held: 0 });
  });

  it('that the balance does not cover is refused, and the pre-deduction stays open', () => {
    given(recharged(1, 1000), open)
      .when(settle(1001))
      .thenRefused('InsufficientPoints', { balance: 900, asked: 901 })
      .holds({ balance: 900, held: 100 })
      .when(recharge(1))
      .then(recharged(newBatch(1), 1))
      .when(settle(1001))
      .then(consumed([draw(1, 900), draw(newBatch(1), 1)], { of: 1 }), settled(1, 100, 1001));
  });

  it('carries the business and the source id on', () => {
    const task = { sourceType: 'tts', sourceId: 'task-9' } as const;
    given(recharged(1, 1000), consumed([draw(1, 100)], { settleBy, ...task }))
      .when(settle(110, { duration: 3.25 }))
      .then(consumed([draw(1, 10)], { of: 1, ...task }), settled(1, 100, 110, { duration: 3.25 }))
      .when(refund(1))
      .then(refunded(1, 'refunded', [returnOf(1, 1)], task));
  });

  it('names the estimate of the pre-deduction', () => {
    given(recharged(1, 1000))
      .when(consume(70, { settleWithin: 60, sourceType: 'tts', duration: 9 }))
      .then(
        consumed([draw(1, 70)], { sourceType: 'tts', duration: 9, settleBy: '2030-01-01 12:01' }),
      )
      .when(settle(60, { duration: 0 }))
      .then(
        refunded(1, 'overestimated', [returnOf(1, 10)], { sourceType: 'tts' }),
        settled(1, 70, 60, { duration: 0, durationOf: 1 }),
      );
  });

  it('records what fell due first', () => {
    given(
      recharged(1, 1000),
      open,
      recharged(2, 50, { expiresAt: '2030-01-01 18:00', priority: 1 }),
    )
      .when(settle(101, { at: '2030-01-01 18:00' }))
      .then(
        expired(2, 50, '2030-01-01 18:00'),
        consumed([draw(1, 1)], { of: 1 }),
        settled(1, 100, 101),
      );
  });
});

describe('a settlement that comes late', () => {
  const timedOut: EventInput[] = [
    recharged(1, 100),
    consumed([draw(1, 100)], { settleBy, sourceType: 'video', sourceId: 'task-1', duration: 5 }),
    happenedAt(
      settleBy,
      refunded(1, 'timed_out', [returnOf(1, 100)], { sourceType: 'video', sourceId: 'task-1' }),
    ),
  ];
  const task = { sourceType: 'video', sourceId: 'task-1' } as const;

  it.each([
    ['below', 80],
    ['at', 100],
  ])('charges the whole cost again, %s the estimate', (_, actual) => {
    given(...timedOut)
      .when(settle(actual, { duration: 6 }))
      .then(
        consumed([draw(1, actual)], { of: 1, ...task }),
        settled(1, 100, actual, { duration: 6, durationOf: 3 }),
      )
      .holds({ balance: 100 - actual, held: 0 });
  });

  it('charges above the estimate too', () => {
    given(...timedOut, recharged(2, 100))
      .when(settle(130))
      .then(
        consumed([draw(1, 100), draw(2, 30)], { of: 1, ...task }),
        settled(1, 100, 130, { durationOf: 4 }),
      );
  });

  it('charges nothing when nothing was spent', () => {
    given(...timedOut)
      .when(settle(0, { duration: 2 }))
      .then(settled(1, 100, 0, { duration: 2, durationOf: null }))
      .holds({ balance: 100, held: 0 })
      .when(settle(0))
      .thenRefused('ConsumptionClosed', work);
  });

  it('may be the very command that finds it timed out', () => {
    given(...timedOut.slice(0, 2))
      .when(settle(40, { at: '2030-01-03' }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 100)], task),
        consumed([draw(1, 40)], { of: 1, ...task }),
        settled(1, 100, 40, { durationOf: 3 }),
      );
  });

  it('is refused when the balance does not cover it, and may come again', () => {
    given(...timedOut)
      .when(settle(101))
      .thenRefused('InsufficientPoints', { balance: 100, asked: 101 })
      .when(settle(100))
      .then(consumed([draw(1, 100)], { of: 1, ...task }), settled(1, 100, 100, { durationOf: 4 }));
  });

  it('is taken once', () => {
    given(...timedOut)
      .when(settle(10))
      .then(consumed([draw(1, 10)], { of: 1, ...task }), settled(1, 100, 10, { durationOf: 3 }))
      .when(settle(10))
      .thenRefused('ConsumptionClosed', work);
  });

  it('makes what was charged refundable', () => {
    given(...timedOut)
      .when(settle(10))
      .then(consumed([draw(1, 10)], { of: 1, ...task }), settled(1, 100, 10, { durationOf: 3 }))
      .when(refund(11))
      .thenRefused('RefundExceedsConsumption', { refundable: 10, asked: 11 })
      .when(refund())
      .then(refunded(1, 'refunded', [returnOf(1, 10)], task));
  });
});

describe('the reasons to refuse a settlement', () => {
  it('begin with a consumption that is not known', () => {
    given(recharged(1, 1000))
      .when(settle(1, { duration: 3 }))
      .thenRefused('UnknownConsumption', work);
  });

  it.each<[string, EventInput[]]>([
    ['never was a pre-deduction', [consumed([draw(1, 100)])]],
    ['was settled', [open, settled(1, 100, 100)]],
    ['was cancelled', [open, refunded(1, 'cancelled', [returnOf(1, 100)])]],
  ])('go on with one that %s', (_, happened) => {
    given(recharged(1, 1000), ...happened)
      .when(settle(1_000_000, { duration: 3 }))
      .thenRefused('ConsumptionClosed', work);
  });

  it.each(['script', 'polish', 'voice_clone'] as const)(
    'go on with a duration for %s, even 0',
    (sourceType) => {
      given(recharged(1, 1000), consumed([draw(1, 100)], { settleBy, sourceType }))
        .when(settle(1_000_000, { duration: 0 }))
        .thenRefused('DurationNotAllowed', { sourceType })
        .when(settle(100))
        .then(settled(1, 100, 100));
    },
  );

  it('ask for the duration of one that timed out, too', () => {
    given(recharged(1, 1000), open)
      .when(settle(1, { duration: 3, at: settleBy }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 100)]),
        refused('DurationNotAllowed', { sourceType: 'script' }),
      );
  });

  it('end with the balance', () => {
    given(recharged(1, 100), consumed([draw(1, 100)], { settleBy, sourceType: 'tts' }))
      .when(settle(101, { duration: 3 }))
      .thenRefused('InsufficientPoints', { balance: 0, asked: 1 });
  });
});
