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
  type CommandInput,
  type EventInput,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const named = (consumptionId: string) => ({ consumptionId });

describe('ExpirePoints', () => {
  it('finds nothing due on an empty account', () => {
    given().when(expire()).thenNothing();
  });

  it('finds nothing due a millisecond before an expiry', () => {
    given(recharged(1, 5, { expiresAt: '2030-01-02' }))
      .when(expire({ at: '2030-01-01 23:59:59.999' }))
      .thenNothing()
      .when(expire({ at: '2030-01-02' }))
      .then(expired(1, 5, '2030-01-02'))
      .when(expire({ at: '2030-01-03' }))
      .thenNothing();
  });

  it('finds nothing due in a batch that has nothing left', () => {
    given(recharged(1, 5, { expiresAt: '2030-01-02' }), consumed([draw(1, 5)]))
      .when(expire({ at: '2030-01-03' }))
      .thenNothing();
  });

  it('expires what is left of a batch', () => {
    given(recharged(1, 5, { expiresAt: '2030-01-02' }), consumed([draw(1, 4)]))
      .when(expire({ at: '2031-01-03' }))
      .then(expired(1, 1, '2030-01-02'))
      .holds({ balance: 0 });
  });

  it('never expires what never expires', () => {
    given(recharged(1, 5))
      .when(expire({ at: '9999-12-31' }))
      .thenNothing();
  });

  it('finds due by the time of the account what an older command would not', () => {
    given(recharged(1, 5, { expiresAt: '2030-01-02' }), happenedAt('2030-01-05', recharged(2, 1)))
      .when(expire({ at: '2030-01-01' }))
      .then(expired(1, 5, '2030-01-02'));
  });
});

describe('what fell due', () => {
  it('happens in order of its due time', () => {
    given(
      recharged(1, 5, { expiresAt: '2030-01-05', priority: 0 }),
      recharged(2, 5, { expiresAt: '2030-01-03' }),
      recharged(3, 5, { expiresAt: '2030-01-04' }),
      recharged(4, 50, { priority: 0 }),
      consumed([draw(1, 2)], { settleBy: '2030-01-04 12:00', ...named('x') }),
      consumed([draw(1, 3), draw(4, 1)], { settleBy: '2030-01-03 12:00', ...named('y') }),
    )
      .when(expire({ at: '2030-01-04 18:00' }))
      .then(
        expired(2, 5, '2030-01-03'),
        refunded(
          5,
          'timed_out',
          [returnOf(4, 1), returnOf(1, 3, newBatch(1), '2030-01-12')],
          named('y'),
        ),
        expired(3, 5, '2030-01-04'),
        refunded(4, 'timed_out', [returnOf(1, 2, newBatch(1), '2030-01-12')], named('x')),
      );
  });

  it('is a time-out before an expiry at the same instant', () => {
    given(
      recharged(1, 5, { expiresAt: '2030-01-02' }),
      recharged(2, 50),
      consumed([draw(1, 5), draw(2, 1)], named('x')),
      recharged(3, 5, { expiresAt: '2030-01-02', priority: 60 }),
      consumed([draw(2, 2)], { settleBy: '2030-01-02', ...named('y') }),
    )
      .when(expire({ at: '2030-01-02' }))
      .then(refunded(4, 'timed_out', [returnOf(2, 2)], named('y')), expired(3, 5, '2030-01-02'));
  });

  it('is an expiry before a time-out that is a millisecond later', () => {
    given(
      recharged(1, 5, { expiresAt: '2030-01-02', priority: 60 }),
      recharged(2, 50),
      consumed([draw(2, 2)], { settleBy: '2030-01-02 00:00:00.001' }),
    )
      .when(expire({ at: '2030-01-03' }))
      .then(expired(1, 5, '2030-01-02'), refunded(2, 'timed_out', [returnOf(2, 2)]));
  });

  it('is what came in first of those that expire together, whatever their priority', () => {
    given(
      recharged(9, 1, { expiresAt: '2030-01-02', priority: 90 }),
      recharged(5, 1, { expiresAt: '2030-01-02', priority: 10 }),
      recharged(7, 1, { expiresAt: '2030-01-02', priority: 50 }),
    )
      .when(expire({ at: '2030-01-02' }))
      .then(expired(9, 1, '2030-01-02'), expired(5, 1, '2030-01-02'), expired(7, 1, '2030-01-02'));
  });

  it('is what began first of those that time out together', () => {
    const settleBy = '2030-01-02';
    given(
      recharged(1, 50),
      consumed([draw(1, 1)], { settleBy, ...named('z') }),
      consumed([draw(1, 2)], { settleBy, ...named('a') }),
      consumed([draw(1, 3)], { settleBy, ...named('m') }),
    )
      .when(expire({ at: settleBy }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 1)], named('z')),
        refunded(2, 'timed_out', [returnOf(1, 2)], named('a')),
        refunded(3, 'timed_out', [returnOf(1, 3)], named('m')),
      );
  });

  it('leaves what is due later', () => {
    given(
      recharged(1, 5, { expiresAt: '2030-01-02' }),
      recharged(2, 5, { expiresAt: '2030-01-02 00:00:00.001' }),
    )
      .when(expire({ at: '2030-01-02' }))
      .then(expired(1, 5, '2030-01-02'))
      .holds({ balance: 5 });
  });

  it('lets a batch expire with what a time-out brings back into it', () => {
    given(
      recharged(1, 50, { expiresAt: '2030-01-20' }),
      consumed([draw(1, 20)], { settleBy: '2030-01-02' }),
    )
      .when(expire({ at: '2030-01-05' }))
      .then(refunded(1, 'timed_out', [returnOf(1, 20, 1, '2030-01-20')]))
      .when(expire({ at: '2030-01-21' }))
      .then(expired(1, 50, '2030-01-20'));
  });
});

describe('time', () => {
  const due = [
    recharged(1, 5, { expiresAt: '2030-01-02' }),
    recharged(2, 50, { priority: 1 }),
    consumed([draw(2, 7)], { sourceType: 'tts', settleBy: '2030-01-03', ...named('x') }),
  ];
  const passed = [
    expired(1, 5, '2030-01-02'),
    refunded(2, 'timed_out', [returnOf(2, 7)], { sourceType: 'tts', ...named('x') }),
  ];
  const at = '2030-01-04';

  it.each<[string, CommandInput, EventInput[]]>([
    ['recharge', recharge(1, { at }), [recharged(newBatch(1), 1)]],
    ['consumption', consume(1, { at }), [consumed([draw(2, 1)])]],
    [
      'refused consumption',
      consume(51, { at }),
      [refused('InsufficientPoints', { balance: 50, asked: 51 })],
    ],
    ['refused settlement', settle(1, { at }), [refused('UnknownConsumption', named('work'))]],
    ['refused refund', refund(1, { at }), [refused('UnknownConsumption', named('work'))]],
    ['ExpirePoints', expire({ at }), []],
  ])('passes before a %s, under its id', (_, ask, own) => {
    given(...due)
      .when(ask)
      .then(...passed, ...own);
  });

  it('passes once', () => {
    given(...due)
      .when(expire({ at }))
      .then(...passed)
      .when(expire({ at }))
      .thenNothing();
  });

  it('never runs backwards', () => {
    const scenario = given(happenedAt('2030-05-01', recharged(1, 50)))
      .when(consume(1, { at: '2030-04-01' }))
      .then(consumed([draw(1, 1)]));
    expect(scenario.events.at(-1)).toMatchObject({
      at: '2030-05-01T00:00:00.000Z',
      receivedAt: '2030-04-01T00:00:00.000Z',
    });
  });
});
