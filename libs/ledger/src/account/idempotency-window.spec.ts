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
  type DecidedCommand,
  type Scenario,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });

describe('a command that was answered', () => {
  const asks = [
    ['recharge', recharge(5, { id: 'c' }), [recharged(newBatch(1), 5)]],
    ['consumption', consume(5, { id: 'c' }), [consumed([draw(1, 5)])]],
    [
      'settlement',
      settle(5, { id: 'c', consumptionId: 'open' }),
      [settled(2, 5, 5, { consumptionId: 'open' })],
    ],
    [
      'refund',
      refund(2, { id: 'c', consumptionId: 'spent' }),
      [refunded(1, 'refunded', [returnOf(1, 2)], { consumptionId: 'spent' })],
    ],
    [
      'ExpirePoints',
      expire({ id: 'c', at: '2030-01-02' }),
      [refunded(2, 'timed_out', [returnOf(1, 5)], { consumptionId: 'open' })],
    ],
  ] as const;

  it.each(asks)('is a repeat when it comes again: a %s', (_, ask, events) => {
    given(
      recharged(1, 50),
      consumed([draw(1, 5)], { consumptionId: 'spent' }),
      consumed([draw(1, 5)], { consumptionId: 'open', settleBy: '2030-01-02' }),
    )
      .when(ask)
      .then(...events)
      .when(ask)
      .thenRepeats(3)
      .when({ ...ask, sent: { id: 'c', at: '2030-06-01' } })
      .thenRepeats(3);
  });

  it('is a repeat when it was refused, also once it could be carried out', () => {
    given()
      .when(consume(5, { id: 'c' }))
      .thenRefused('InsufficientPoints', { balance: 0, asked: 5 })
      .when(recharge(5))
      .then(recharged(newBatch(1), 5))
      .when(consume(5, { id: 'c' }))
      .thenRepeats(0)
      .holds({ balance: 5 });
  });

  it('is a repeat of its first event, where time had passed before it', () => {
    given(recharged(1, 50, { expiresAt: '2030-01-02' }), recharged(2, 50))
      .when(consume(5, { id: 'c', at: '2030-01-02' }))
      .then(expired(1, 50, '2030-01-02'), consumed([draw(2, 5)]))
      .when(recharge(1))
      .then(recharged(newBatch(1), 1))
      .when(consume(5, { id: 'c', at: '2030-01-02' }))
      .thenRepeats(2);
  });

  it('is a repeat whatever it contains, because what it meant at first is in the events', () => {
    given(recharged(1, 50))
      .when(consume(5, { id: 'c' }))
      .then(consumed([draw(1, 5)]))
      .when(consume(6, { id: 'c' }))
      .thenRepeats(1)
      .when(recharge(6, { id: 'c' }))
      .thenRepeats(1);
  });

  it('is a repeat before anything falls due: nothing is recorded for it', () => {
    given(recharged(1, 50, { expiresAt: '2030-01-02' }), recharged(2, 1))
      .when(recharge(5, { id: 'c' }))
      .then(recharged(newBatch(1), 5))
      .when(recharge(5, { id: 'c', at: '2030-03-01' }))
      .thenRepeats(2)
      .when(expire({ at: '2030-03-01' }))
      .then(expired(1, 50, '2030-01-02'));
  });
});

describe('ExpirePoints that found nothing due', () => {
  it('does not enter the idempotency window', () => {
    given(recharged(1, 50, { expiresAt: '2030-01-02' }))
      .when(expire({ id: 'e' }))
      .thenNothing()
      .when(expire({ id: 'e' }))
      .thenNothing()
      .when(expire({ id: 'e', at: '2030-01-02' }))
      .then(expired(1, 50, '2030-01-02'))
      .when(expire({ id: 'e', at: '2030-01-03' }))
      .thenRepeats(1);
  });
});

/** Recharges of 1 point by the commands a, b, c …, an hour apart. */
function recharges(ids: string, scenario: Scenario, from = 0): Scenario {
  [...ids].forEach((id, nth) => {
    const hour = String(from + nth).padStart(2, '0');
    scenario
      .when(recharge(1, { id, at: `2030-01-02 ${hour}:00` }))
      .then(expect.objectContaining({ type: 'PointsRecharged' }) as never);
  });
  return scenario;
}

const again = (scenario: Scenario, id: string, at: string): DecidedCommand =>
  scenario.when(recharge(1, { id, at }));

describe('an account', () => {
  const policy = { rememberMin: 2, rememberDays: 1, rememberMax: 4 };
  const three = () => recharges('abc', given().under(policy));

  it('keeps a command for rememberDays, to the millisecond', () => {
    again(three(), 'a', '2030-01-03 00:00').thenRepeats(0);
  });

  it('evicts a command that is older and not among the newest rememberMin', () => {
    const scenario = three();
    again(scenario, 'a', '2030-01-03 00:00:00.001').then(recharged(newBatch(4), 1));
  });

  it('keeps the newest rememberMin commands, however old they are', () => {
    again(three(), 'b', '2039-01-01').thenRepeats(1);
    again(three(), 'c', '2039-01-01').thenRepeats(2);
  });

  it('evicts a command that is not among the newest rememberMax, however recent it is', () => {
    const scenario = recharges('abcde', given().under(policy));
    again(scenario, 'b', '2030-01-02 04:00').thenRepeats(1);
    again(scenario, 'a', '2030-01-02 04:00').then(recharged(newBatch(6), 1));
  });

  it('judges the age of a command at the time of the next command', () => {
    const scenario = three();
    again(scenario, 'a', '2030-01-03 01:30').then(recharged(newBatch(4), 1));
  });

  it('counts a refused command like any other', () => {
    const scenario = given().under({ ...policy, rememberMax: 2 });
    scenario
      .when(consume(1, { id: 'x' }))
      .thenRefused('InsufficientPoints', { balance: 0, asked: 1 })
      .when(consume(1, { id: 'y' }))
      .thenRefused('InsufficientPoints', { balance: 0, asked: 1 })
      .when(consume(1, { id: 'x' }))
      .thenRepeats(0)
      .when(consume(1, { id: 'z' }))
      .thenRefused('InsufficientPoints', { balance: 0, asked: 1 })
      .when(consume(1, { id: 'x' }))
      .thenTooLate();
  });

  it('counts a command once, however many events it has', () => {
    given(
      recharged(1, 3, { expiresAt: '2030-01-02' }),
      recharged(2, 3, { expiresAt: '2030-01-02' }),
    )
      .under({ ...policy, rememberMax: 2 })
      .when(recharge(1, { id: 'a', at: '2030-01-02' }))
      .then(expired(1, 3, '2030-01-02'), expired(2, 3, '2030-01-02'), recharged(newBatch(1), 1))
      .when(recharge(1, { id: 'b' }))
      .then(recharged(newBatch(2), 1))
      .when(recharge(1, { id: 'a' }))
      .thenRepeats(2);
  });

  it('recognises every command of an ordinary account under the default policy', () => {
    const scenario = recharges('abc', given());
    again(scenario, 'a', '2099-01-01').thenRepeats(0);
  });

  it('holds an id again that was evicted and then answered again', () => {
    const scenario = recharges('abc', given().under(policy));
    again(scenario, 'a', '2030-01-05').then(recharged(newBatch(4), 1));
    again(scenario, 'a', '2030-01-05').thenRepeats(3);
    again(scenario, 'b', '2030-01-05').then(recharged(newBatch(5), 1));
    again(scenario, 'a', '2030-01-05').thenRepeats(3);
  });
});

describe('a command older than the idempotency window', () => {
  const policy = { rememberMin: 1, rememberDays: 1, rememberMax: 2 };
  /** a (00:00) is forgotten; b (01:00) and c (02:00) are not. */
  const three = () => recharges('abc', given().under(policy));

  it('is too late when it came at the same time as the newest evicted command', () => {
    again(three(), 'a', '2030-01-02 00:00').thenTooLate();
  });

  it('is too late when it came before', () => {
    again(three(), 'x', '2030-01-01').thenTooLate();
  });

  it('is a new command when it came a millisecond later', () => {
    again(three(), 'a', '2030-01-02 00:00:00.001').then(recharged(newBatch(4), 1));
  });

  it('is too late by its own time, whatever the account counts from', () => {
    const scenario = given(happenedAt('2030-05-01', recharged(1, 1))).under(policy);
    scenario
      .when(recharge(1, { id: 'a', at: '2030-01-02' }))
      .then(recharged(newBatch(1), 1))
      .when(recharge(1, { id: 'b', at: '2030-01-01' }))
      .then(recharged(newBatch(2), 1))
      .when(recharge(1, { id: 'x', at: '2030-05-01' }))
      .thenTooLate()
      .when(recharge(1, { id: 'x', at: '2030-05-01 00:00:00.001' }))
      .then(recharged(newBatch(3), 1));
  });

  it('is too late by the latest receivedAt of the evicted commands, not by that of the last one', () => {
    const scenario = given().under({ ...policy, rememberMax: 1 });
    scenario
      .when(recharge(1, { id: 'a', at: '2030-01-09' }))
      .then(recharged(newBatch(1), 1))
      .when(recharge(1, { id: 'b', at: '2030-01-03' }))
      .then(recharged(newBatch(2), 1));
    again(scenario, 'c', '2030-01-10').then(recharged(newBatch(3), 1));
    again(scenario, 'y', '2030-01-09').thenTooLate();
    again(scenario, 'y', '2030-01-09 00:00:00.001').then(recharged(newBatch(4), 1));
  });

  it('is a new command when the command in the window ends with its own arrival', () => {
    again(three(), 'b', '2030-01-03 01:00').thenRepeats(1);
    again(three(), 'b', '2030-01-03 01:00:00.001').then(recharged(newBatch(4), 1));
  });

  it('is too late for ExpirePoints, too', () => {
    three()
      .when(expire({ id: 'x', at: '2030-01-01' }))
      .thenTooLate();
  });
});

describe('an account whose idempotency window is empty', () => {
  it('accepts a later use of an id as a new command, and a repeat as too late', () => {
    const scenario = given().under({ rememberMin: 0, rememberMax: 0 });
    again(scenario, 'a', '2030-01-02').then(recharged(newBatch(1), 1));
    again(scenario, 'a', '2030-01-02').thenTooLate();
    again(scenario, 'a', '2030-01-03').then(recharged(newBatch(2), 1));
    again(scenario, 'a', '2030-01-03').thenTooLate();
    again(scenario, 'a', '2030-01-02').thenTooLate();
  });
});

describe('an account whose idempotency window is bounded by age alone', () => {
  it('recognises the second command with an id whose first one was evicted', () => {
    const scenario = given().under({ rememberMin: 0, rememberDays: 1 });
    again(scenario, 'a', '2030-01-02').then(recharged(newBatch(1), 1));
    again(scenario, 'a', '2030-01-05').then(recharged(newBatch(2), 1));
    again(scenario, 'a', '2030-01-05').thenRepeats(1);
    again(scenario, 'a', '2030-01-02').thenRepeats(1);
  });
});
