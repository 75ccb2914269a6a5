import {
  returnOf,
  consumed,
  expire,
  expired,
  given,
  recharged,
  refund,
  refunded,
  settle,
  settled,
  type EventInput,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });

/** One batch, all of it drawn, by a consumption of revision 1. */
const spent = (expiresAt: string | null): EventInput[] => [
  recharged(1, 100, { expiresAt }),
  consumed([draw(1, 100)]),
];

describe('without days of grace', () => {
  const none = { refundGraceDays: 0 };

  it('points go back into their batch, however soon it expires', () => {
    given(...spent('2030-01-01 12:00:00.001'))
      .under(none)
      .when(refund(null, { at: '2030-01-01 12:00' }))
      .then(refunded(1, 'refunded', [returnOf(1, 100, 1, '2030-01-01 12:00:00.001')]));
  });

  it('points come back expired after their batch expired, and are removed', () => {
    given(...spent('2030-01-02'))
      .under(none)
      .when(refund(30, { at: '2030-01-02' }))
      .then(
        refunded(1, 'refunded', [returnOf(1, 30, 1, '2030-01-02')]),
        expired(1, 30, '2030-01-02'),
      );
  });

  it('each expired batch is removed once, in the order of the returns', () => {
    given(
      recharged(1, 10, { expiresAt: '2030-01-03', priority: 1 }),
      recharged(2, 10, { expiresAt: '2030-01-02', priority: 2 }),
      recharged(3, 10, { expiresAt: '2031-01-02', priority: 3 }),
      consumed([draw(1, 10), draw(2, 4)], { settleBy: '2030-01-05' }),
      consumed([draw(2, 6)], { consumptionId: 'b' }),
    )
      .under(none)
      .when(settle(20, { at: '2030-01-04' }))
      .then(consumed([draw(3, 6)], { of: 3 }), settled(3, 14, 20))
      .when(refund())
      .then(
        refunded(3, 'refunded', [
          returnOf(3, 6, 3, '2031-01-02'),
          returnOf(2, 4, 2, '2030-01-02'),
          returnOf(1, 10, 1, '2030-01-03'),
        ]),
        expired(2, 4, '2030-01-02'),
        expired(1, 10, '2030-01-03'),
      );
  });

  it('draws of one batch that come back expired are removed together', () => {
    given(
      recharged(1, 10, { expiresAt: '2030-01-03' }),
      consumed([draw(1, 4)], { settleBy: '2030-01-02' }),
    )
      .under(none)
      .when(settle(10))
      .then(consumed([draw(1, 6)], { of: 1 }), settled(1, 4, 10))
      .when(refund(null, { at: '2030-01-04' }))
      .then(
        refunded(1, 'refunded', [returnOf(1, 6, 1, '2030-01-03'), returnOf(1, 4, 1, '2030-01-03')]),
        expired(1, 10, '2030-01-03'),
      );
  });

  it('what a time-out returns expired is removed at once, with what its batch still has', () => {
    given(
      recharged(1, 100, { expiresAt: '2030-01-03' }),
      recharged(2, 10, { expiresAt: '2030-01-02 12:00', priority: 60 }),
      consumed([draw(1, 40)], { settleBy: '2030-01-02' }),
      consumed([draw(1, 1)], { consumptionId: 'b', settleBy: '2030-01-02 06:00' }),
    )
      .under(none)
      .when(expire({ at: '2030-01-04' }))
      .then(
        refunded(2, 'timed_out', [returnOf(1, 40, 1, '2030-01-03')]),
        expired(1, 99, '2030-01-03'),
        refunded(3, 'timed_out', [returnOf(1, 1, 1, '2030-01-03')], { consumptionId: 'b' }),
        expired(1, 1, '2030-01-03'),
        expired(2, 10, '2030-01-02 12:00'),
      )
      .holds({ balance: 0, held: 0 });
  });

  it('a grace batch of an earlier policy takes its points back like any other', () => {
    const scenario = given(
      recharged(1, 10, { expiresAt: '2030-01-02' }),
      consumed([draw(1, 10)]),
      refunded(1, 'refunded', [returnOf(1, 10, 7, '2030-01-09')]),
      consumed([draw(7, 10)], { consumptionId: 'b', settleBy: '2030-01-12' }),
    ).under(none);
    const returned = [returnOf(7, 10, 7, '2030-01-09')];
    const decided = scenario.when(expire({ at: '2030-01-12' })).decision;
    expect(decided).toMatchObject({
      kind: 'record',
      events: [
        { type: 'PointsRefunded', cause: 'timed_out', returns: returned },
        { type: 'PointsExpired', batchId: 7, points: 10 },
      ],
    });
  });
});
