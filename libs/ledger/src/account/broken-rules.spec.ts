import { evolve, replay } from './evolve.js';
import type { LedgerEvent } from './events.js';
import { BrokenRule } from './broken-rule.js';
import {
  ruleBrokenBy,
  consumed,
  given,
  happenedAt,
  recharged,
  time,
  type EventInput,
} from '../testing/scenario.js';
import { REMEMBER_EVERYTHING } from '../settings/policy.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const settleBy = '2030-01-02';

const two = [recharged(1, 100, { expiresAt: '2030-02-01' }), recharged(2, 100)];
const closed = [...two, consumed([draw(1, 100), draw(2, 10)])];
const open = [...two, consumed([draw(1, 100), draw(2, 10)], { settleBy })];
describe('a recharge that breaks a rule', () => {
  it.each<[string, EventInput, RegExp]>([
    ['brings a batch in again', recharged(2, 5), /batch 2 came in before/],
    [
      'brings in a dead batch',
      happenedAt('2030-01-09', recharged(3, 5, { expiresAt: '2030-01-09' })),
      /came in dead/,
    ],
    ['passes the limit of the column', recharged(3, 2_147_483_448), /a balance of 2147483648/],
  ])('%s', (_, event, rule) => {
    const broken = ruleBrokenBy(two, event);
    expect(broken.revision).toBe(2);
    expect(broken.rule).toMatch(rule);
  });
});

describe('a consumption that breaks a rule', () => {
  it.each<[string, EventInput[], EventInput, RegExp]>([
    ['draws out of turn', two, consumed([draw(2, 1)]), /not batch 2's turn/],
    [
      'leaves points in a batch and goes on',
      two,
      consumed([draw(1, 99), draw(2, 1)]),
      /not batch 2's turn/,
    ],
    ['draws on a batch that is not known', two, consumed([draw(9, 1)]), /not batch 9's turn/],
    ['draws on an empty account', [], consumed([draw(9, 1)]), /not batch 9's turn/],
    ['draws more than there is', two, consumed([draw(1, 101)]), /had less than 101/],
    [
      'draws on a batch that is gone',
      two,
      happenedAt('2030-02-01', consumed([draw(1, 1)])),
      /not live/,
    ],
    [
      'says more than its draws',
      two,
      { ...consumed([draw(1, 9)]), points: 10 },
      /draws of 9 for 10/,
    ],
    [
      'was never open',
      two,
      happenedAt(settleBy, consumed([draw(1, 1)], { settleBy })),
      /never open/,
    ],
    ['begins again what is open', open, consumed([draw(2, 1)]), /is open and began again/],
    [
      'goes on with one that is not known',
      open,
      consumed([draw(2, 1)], { of: 1 }),
      /no consumption of revision 1/,
    ],
    [
      'goes on with one of another id',
      open,
      consumed([draw(2, 1)], { of: 2, consumptionId: 'x' }),
      /no consumption of revision 2/,
    ],
    [
      'goes on with a closed one',
      closed,
      consumed([draw(2, 1)], { of: 2 }),
      /closed and was charged again/,
    ],
    [
      'goes on too late',
      open,
      happenedAt(settleBy, consumed([draw(2, 1)], { of: 2 })),
      /had timed out/,
    ],
    [
      'goes on for another business',
      open,
      consumed([draw(2, 1)], { of: 2, sourceType: 'tts' }),
      /another business/,
    ],
    [
      'goes on for another source',
      open,
      consumed([draw(2, 1)], { of: 2, sourceId: 'x' }),
      /another business or source/,
    ],
  ])('%s', (_, before, event, rule) => {
    const broken = ruleBrokenBy(before, event);
    expect(broken.revision).toBe(before.length);
    expect(broken.rule).toMatch(rule);
  });
});

describe('any event that breaks a rule', () => {
  const { events, account } = given(...two);
  const [first, second] = events as [LedgerEvent, LedgerEvent];
  const next: LedgerEvent = {
    ...second,
    type: 'CommandRefused',
    commandType: 'ConsumePoints',
    code: 'TooManyOpen',
    details: {},
  };

  it.each([
    [{ at: time('2030-01-01 07:59:59.999'), receivedAt: time('2030-01-01 07:00') }, /its time/],
    [{ at: time('2030-01-03'), receivedAt: time('2030-01-02') }, /its time/],
    [{ at: time('2030-01-01 08:00'), receivedAt: time('2030-01-02') }, /its time/],
    [{ balanceAfter: 199 }, /balanceAfter says 199, the events before it 200/],
    [{ balanceAfter: 201 }, /balanceAfter says 201, the events before it 200/],
  ])('names its revision: %j', (change, rule) => {
    const { account } = given(...two);
    expect(() => evolve(account, { ...next, ...change })).toThrow(rule);
    expect(() => evolve(given(...two).account, { ...next, ...change })).toThrow(
      /^the event at revision 2 breaks a rule: /,
    );
  });

  it('stops the replay: nothing is skipped', () => {
    const bad = { ...first, balanceAfter: 99 };
    expect(() => replay([bad, second], REMEMBER_EVERYTHING)).toThrow(BrokenRule);
    expect(() => replay([first, first, second], REMEMBER_EVERYTHING)).toThrow(/revision 1/);
    expect(() => replay([second, first], REMEMBER_EVERYTHING)).toThrow(/revision 0/);
  });

  it('is not one that keeps them', () => {
    evolve(account, next);
    expect(account).toMatchObject({ revision: 2, balance: 200 });
  });
});
