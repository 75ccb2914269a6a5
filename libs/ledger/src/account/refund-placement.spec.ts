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
  settle,
  settled,
  type EventInput,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const grace = newBatch(1);

/** One batch, all of it drawn, by a consumption of revision 1. */
const spent = (expiresAt: string | null): EventInput[] => [
  recharged(1, 100, { expiresAt }),
  consumed([draw(1, 100)]),
];

describe('refunded points', () => {
  it('go back into a batch that never expires', () => {
    given(...spent(null))
      .when(refund(null, { at: '2030-03-01' }))
      .then(refunded(1, 'refunded', [returnOf(1, 100)]));
  });

  it('go back into a batch that expires in just refundGraceDays', () => {
    const expiresAt = '2030-01-08 12:00';
    given(...spent(expiresAt))
      .when(refund(null, { at: '2030-01-01 12:00' }))
      .then(refunded(1, 'refunded', [returnOf(1, 100, 1, expiresAt)]));
  });

  it('go into a grace batch when it expires a millisecond sooner', () => {
    given(...spent('2030-01-08 11:59:59.999'))
      .when(refund(null, { at: '2030-01-01 12:00' }))
      .then(refunded(1, 'refunded', [returnOf(1, 100, grace, '2030-01-09')]));
  });

  it('go into a grace batch when their batch is gone', () => {
    given(...spent('2030-01-02'))
      .when(refund(60, { at: '2030-02-01 00:00:00.001' }))
      .then(refunded(1, 'refunded', [returnOf(1, 60, grace, '2030-02-09')]))
      .holds({ balance: 60 });
  });

  it('live for just refundGraceDays when they come back at midnight', () => {
    given(...spent('2030-01-02'))
      .when(refund(60, { at: '2030-02-01' }))
      .then(refunded(1, 'refunded', [returnOf(1, 60, grace, '2030-02-08')]));
  });

  it.each([1, 30])('live for %d days where the policy says so', (refundGraceDays) => {
    given(...spent('2030-01-02'))
      .under({ refundGraceDays })
      .when(refund(60, { at: '2030-03-01' }))
      .then(
        refunded(1, 'refunded', [
          returnOf(1, 60, grace, `2030-03-${1 + refundGraceDays}`.replace(/-(\d)$/, '-0$1')),
        ]),
      );
  });

  it('find where they go by the time of the account when the command is older', () => {
    given(...spent('2030-01-02'), happenedAt('2030-02-01', recharged(2, 1)))
      .when(refund(null, { at: '2030-01-01 12:00' }))
      .then(refunded(1, 'refunded', [returnOf(1, 100, grace, '2030-02-08')]));
  });

  it('go back draw by draw, each by the rule for its own batch', () => {
    given(
      recharged(1, 10, { expiresAt: '2030-01-03' }),
      recharged(2, 10, { expiresAt: '2030-06-01' }),
      recharged(3, 10),
      consumed([draw(1, 10), draw(2, 10), draw(3, 10)]),
    )
      .when(refund(25))
      .then(
        refunded(3, 'refunded', [
          returnOf(3, 10),
          returnOf(2, 10, 2, '2030-06-01'),
          returnOf(1, 5, grace, '2030-01-09'),
        ]),
      );
  });

  it('of a cancelled and of an overestimated pre-deduction go the same way', () => {
    const open = consumed([draw(1, 100)], { settleBy: '2030-01-05' });
    given(recharged(1, 100, { expiresAt: '2030-01-06' }), open)
      .when(refund())
      .then(refunded(1, 'cancelled', [returnOf(1, 100, grace, '2030-01-09')]));
    given(recharged(1, 100, { expiresAt: '2030-01-06' }), open)
      .when(settle(40))
      .then(
        refunded(1, 'overestimated', [returnOf(1, 60, grace, '2030-01-09')]),
        settled(1, 100, 40),
      );
  });
});

describe('a grace batch', () => {
  const two: EventInput[] = [
    recharged(1, 10, { expiresAt: '2030-01-02' }),
    recharged(2, 10, { expiresAt: '2030-01-03' }),
    consumed([draw(1, 10), draw(2, 10)]),
  ];

  it('is shared by all draws that need the same midnight', () => {
    given(...two)
      .when(refund())
      .then(
        refunded(2, 'refunded', [
          returnOf(2, 10, grace, '2030-01-09'),
          returnOf(1, 10, grace, '2030-01-09'),
        ]),
      );
  });

  it('is shared by all refunds that need the same midnight', () => {
    given(...two)
      .when(refund(3))
      .then(refunded(2, 'refunded', [returnOf(2, 3, grace, '2030-01-09')]))
      .when(refund(9, { at: '2030-01-02' }))
      .then(
        refunded(2, 'refunded', [
          returnOf(2, 7, grace, '2030-01-09'),
          returnOf(1, 2, grace, '2030-01-09'),
        ]),
      )
      .when(refund(1, { at: '2030-01-02 00:00:00.001' }))
      .then(refunded(2, 'refunded', [returnOf(1, 1, newBatch(2), '2030-01-10')]));
  });

  it('is found again when it was spent meanwhile', () => {
    given(...two)
      .when(refund(3))
      .then(refunded(2, 'refunded', [returnOf(2, 3, grace, '2030-01-09')]))
      .when(consume(3, { consumptionId: 'more' }))
      .then(consumed([draw(grace, 3)], { consumptionId: 'more' }))
      .when(refund(4))
      .then(refunded(2, 'refunded', [returnOf(2, 4, grace, '2030-01-09')]));
  });

  it('is not a batch that a recharge brought in for the same midnight', () => {
    given(...two, recharged(3, 5, { expiresAt: '2030-01-09', priority: 0 }))
      .when(refund(3))
      .then(refunded(2, 'refunded', [returnOf(2, 3, grace, '2030-01-09')]));
  });

  it('is not counted among batchesMax', () => {
    given(...two)
      .under({ batchesMax: 1 })
      .when(refund(3))
      .then(refunded(2, 'refunded', [returnOf(2, 3, grace, '2030-01-09')]))
      .when(recharge(5))
      .then(recharged(newBatch(2), 5))
      .when(recharge(5))
      .thenRefused('TooManyBatches');
  });

  it('expires at its midnight', () => {
    given(...two)
      .when(refund(3))
      .then(refunded(2, 'refunded', [returnOf(2, 3, grace, '2030-01-09')]))
      .when(expire({ at: '2030-01-08 23:59:59.999' }))
      .thenNothing()
      .when(expire({ at: '2030-01-09' }))
      .then(expired(grace, 3, '2030-01-09'));
  });
});

describe('points that were drawn from a grace batch', () => {
  /** Revision 3 brings the grace batch of 2030-01-09 in; `task` is of revision 4. */
  const drawnFromGrace = (settleWithin: number | null = null) =>
    given(recharged(1, 10, { expiresAt: '2030-01-02' }), consumed([draw(1, 10)]))
      .when(refund())
      .then(refunded(1, 'refunded', [returnOf(1, 10, grace, '2030-01-09')]))
      .when(consume(8, { consumptionId: 'task', settleWithin, at: '2030-01-05' }))
      .then(
        consumed([draw(grace, 8)], {
          consumptionId: 'task',
          settleBy: settleWithin === null ? null : '2030-01-12',
        }),
      );
  const task = { consumptionId: 'task' };
  const WEEK = 604_800;

  it('come back into it while it is live, however soon it expires', () => {
    drawnFromGrace()
      .when(refund(5, { ...task, at: '2030-01-08 23:59:59.999' }))
      .then(refunded(3, 'refunded', [returnOf(grace, 5, grace, '2030-01-09')], task));
  });

  it('come back expired when it has expired, and are removed in the same command', () => {
    drawnFromGrace()
      .when(refund(5, { ...task, at: '2030-01-09' }))
      .then(
        expired(grace, 2, '2030-01-09'),
        refunded(3, 'refunded', [returnOf(grace, 5, grace, '2030-01-09')], task),
        expired(grace, 5, '2030-01-09'),
      )
      .holds({ balance: 0 });
  });

  it('come back expired from a settlement, after the settlement itself', () => {
    drawnFromGrace(WEEK)
      .when(settle(3, { ...task, at: '2030-01-10' }))
      .then(
        expired(grace, 2, '2030-01-09'),
        refunded(3, 'overestimated', [returnOf(grace, 5, grace, '2030-01-09')], task),
        settled(3, 8, 3, task),
        expired(grace, 5, '2030-01-09'),
      );
  });

  it('come back expired from a cancellation', () => {
    drawnFromGrace(WEEK)
      .when(refund(null, { ...task, at: '2030-01-10' }))
      .then(
        expired(grace, 2, '2030-01-09'),
        refunded(3, 'cancelled', [returnOf(grace, 8, grace, '2030-01-09')], task),
        expired(grace, 8, '2030-01-09'),
      );
  });

  it('of a time-out come back into it while it is live', () => {
    given(recharged(1, 10, { expiresAt: '2030-01-02' }), consumed([draw(1, 10)]))
      .when(refund())
      .then(refunded(1, 'refunded', [returnOf(1, 10, grace, '2030-01-09')]))
      .when(consume(8, { ...task, settleWithin: 60 }))
      .then(consumed([draw(grace, 8)], { ...task, settleBy: '2030-01-01 12:01' }))
      .when(expire({ at: '2030-01-08 23:59' }))
      .then(refunded(3, 'timed_out', [returnOf(grace, 8, grace, '2030-01-09')], task));
  });

  it('of a time-out get another day when it is gone', () => {
    drawnFromGrace(WEEK)
      .when(expire({ at: '2030-01-12 00:00:00.001' }))
      .then(
        expired(grace, 2, '2030-01-09'),
        refunded(3, 'timed_out', [returnOf(grace, 8, newBatch(2), '2030-01-14')], task),
      )
      .holds({ balance: 8 });
  });

  it('of a time-out at midnight get just a day', () => {
    drawnFromGrace(WEEK)
      .when(expire({ at: '2030-01-12' }))
      .then(
        expired(grace, 2, '2030-01-09'),
        refunded(3, 'timed_out', [returnOf(grace, 8, newBatch(2), '2030-01-13')], task),
      );
  });

  it('of a time-out at the very midnight of their grace batch get another day', () => {
    given(recharged(1, 10, { expiresAt: '2030-01-02' }), consumed([draw(1, 10)]))
      .when(refund())
      .then(refunded(1, 'refunded', [returnOf(1, 10, grace, '2030-01-09')]))
      .when(consume(8, { ...task, at: '2030-01-08', settleWithin: 3600 }))
      .then(consumed([draw(grace, 8)], { ...task, settleBy: '2030-01-08 01:00' }))
      .when(expire({ at: '2030-01-09' }))
      .then(
        refunded(3, 'timed_out', [returnOf(grace, 8, newBatch(2), '2030-01-10')], task),
        expired(grace, 2, '2030-01-09'),
      );
  });

  it('may need two grace batches of one refund', () => {
    given(
      recharged(1, 10, { expiresAt: '2030-01-02' }),
      recharged(2, 10, { expiresAt: '2030-01-12' }),
      consumed([draw(1, 10)]),
    )
      .when(refund())
      .then(refunded(2, 'refunded', [returnOf(1, 10, grace, '2030-01-09')]))
      .when(consume(15, { ...task, at: '2030-01-08', settleWithin: WEEK }))
      .then(consumed([draw(grace, 10), draw(2, 5)], { ...task, settleBy: '2030-01-15' }))
      .when(expire({ at: '2030-01-15 12:00' }))
      .then(
        expired(2, 5, '2030-01-12'),
        refunded(
          4,
          'timed_out',
          [
            returnOf(2, 5, newBatch(2), '2030-01-23'),
            returnOf(grace, 10, newBatch(3), '2030-01-17'),
          ],
          task,
        ),
      );
  });
});
