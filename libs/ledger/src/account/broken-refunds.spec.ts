import {
  returnOf,
  ruleBrokenBy,
  consumed,
  expired,
  happenedAt,
  recharged,
  refunded,
  settled,
  type EventInput,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const settleBy = '2030-01-02';

const two = [recharged(1, 100, { expiresAt: '2030-02-01' }), recharged(2, 100)];
const closed = [...two, consumed([draw(1, 100), draw(2, 10)])];
const open = [...two, consumed([draw(1, 100), draw(2, 10)], { settleBy })];
const timedOut = [
  ...open,
  happenedAt(
    settleBy,
    refunded(2, 'timed_out', [returnOf(2, 10), returnOf(1, 100, 1, '2030-02-01')]),
  ),
];

describe('a settlement that breaks a rule', () => {
  it.each<[string, EventInput[], EventInput, RegExp]>([
    ['is of no consumption', open, settled(1, 110, 110), /no consumption of revision 1/],
    [
      'is of another id',
      open,
      settled(2, 110, 110, { consumptionId: 'x' }),
      /no consumption of revision 2/,
    ],
    ['is of a closed consumption', closed, settled(2, 110, 110), /was closed before/],
    ['is the second', [...open, settled(2, 110, 110)], settled(2, 110, 110), /was closed before/],
    ['names another estimate', open, settled(2, 111, 110), /another estimate/],
    [
      'names another cost than was drawn',
      open,
      settled(2, 110, 109),
      /109 were spent, the draws 110/,
    ],
    [
      'names a cost that was not charged late',
      timedOut,
      settled(2, 110, 110),
      /110 were spent, the draws 0/,
    ],
    [
      'comes before the time-out it is late for',
      open,
      happenedAt(settleBy, settled(2, 110, 110)),
      /had timed out/,
    ],
  ])('%s', (_, before, event, rule) => {
    const broken = ruleBrokenBy(before, event);
    expect(broken.revision).toBe(before.length);
    expect(broken.rule).toMatch(rule);
  });
});

describe('a refund that breaks a rule', () => {
  const first = returnOf(2, 10);
  const second = returnOf(1, 100, 1, '2030-02-01');
  it.each<[string, EventInput[], EventInput, RegExp]>([
    [
      'is of no consumption',
      closed,
      refunded(1, 'refunded', [first]),
      /no consumption of revision 1/,
    ],
    [
      'takes the draws in another order',
      closed,
      refunded(2, 'refunded', [second, first]),
      /batch 1 is not the draw/,
    ],
    [
      'takes more than was drawn',
      closed,
      refunded(2, 'refunded', [returnOf(2, 11)]),
      /batch 2 is not the draw/,
    ],
    [
      'takes what came back before',
      [...closed, refunded(2, 'refunded', [first])],
      refunded(2, 'refunded', [first]),
      /batch 2 is not the draw/,
    ],
    [
      'takes when nothing is left',
      [...closed, refunded(2, 'refunded', [first, second])],
      refunded(2, 'refunded', [first]),
      /batch 2 is not the draw/,
    ],
    [
      'says more than its returns',
      closed,
      { ...refunded(2, 'refunded', [first]), points: 11 },
      /returns of 10 for 11/,
    ],
    [
      'goes into another ordinary batch',
      [...closed, recharged(3, 1)],
      refunded(2, 'refunded', [returnOf(2, 1, 3)]),
      /batch 3 is not a grace batch/,
    ],
    [
      'makes its batch live longer',
      closed,
      refunded(2, 'refunded', [first, returnOf(1, 1, 1, '2030-03-01')]),
      /batch 1 expires at another time/,
    ],
    [
      'brings in a batch for ever',
      closed,
      refunded(2, 'refunded', [returnOf(2, 10, 9)]),
      /batch 9 is not known/,
    ],
    [
      'brings in a dead batch',
      closed,
      happenedAt('2030-01-20', refunded(2, 'refunded', [returnOf(2, 10, 9, '2030-01-20')])),
      /batch 9 is not known/,
    ],
    [
      'brings in a batch that ends in the day',
      closed,
      refunded(2, 'refunded', [returnOf(2, 10, 9, '2030-01-20 01:00')]),
      /batch 9 is not known/,
    ],
    [
      'brings in a second grace batch of a midnight',
      closed,
      refunded(2, 'refunded', [returnOf(2, 5, 9, '2030-01-20'), returnOf(2, 5, 8, '2030-01-20')]),
      /there is a grace batch of/,
    ],
    [
      'is of another business',
      closed,
      refunded(2, 'refunded', [first], { sourceType: 'tts' }),
      /another business/,
    ],
    [
      'is of another source',
      closed,
      refunded(2, 'refunded', [first], { sourceId: 'x' }),
      /another business or source/,
    ],
    [
      'cancels a closed consumption',
      closed,
      refunded(2, 'cancelled', [first, second]),
      /cancelled is for an open/,
    ],
    [
      'cancels a part',
      open,
      refunded(2, 'cancelled', [first]),
      /cancelled is for an open pre-deduction, in full/,
    ],
    [
      'cancels too late',
      open,
      happenedAt(settleBy, refunded(2, 'cancelled', [first, second])),
      /had timed out/,
    ],
    [
      'times out too soon',
      open,
      refunded(2, 'timed_out', [first, second]),
      /had not timed out yet/,
    ],
    [
      'times out in part',
      open,
      happenedAt(settleBy, refunded(2, 'timed_out', [first])),
      /timed_out is for an open pre-deduction, in full/,
    ],
    [
      'times out a closed consumption',
      closed,
      happenedAt(settleBy, refunded(2, 'timed_out', [first, second])),
      /timed_out is for an open/,
    ],
    [
      'is of an open one, as if it were closed',
      open,
      refunded(2, 'refunded', [first]),
      /refunded is for a closed/,
    ],
    [
      'corrects an estimate of a closed one',
      closed,
      refunded(2, 'overestimated', [first]),
      /overestimated is for an open/,
    ],
    [
      'corrects an estimate too late',
      open,
      happenedAt(settleBy, refunded(2, 'overestimated', [first])),
      /had timed out/,
    ],
  ])('%s', (_, before, event, rule) => {
    const broken = ruleBrokenBy(before, event);
    expect(broken.revision).toBe(before.length);
    expect(broken.rule).toMatch(rule);
  });
});

describe('an expiry that breaks a rule', () => {
  it.each<[string, EventInput, RegExp]>([
    [
      'is of no batch',
      happenedAt('2030-02-01', expired(9, 1, '2030-02-01')),
      /batch 9 was not due/,
    ],
    [
      'is of a batch that never expires',
      happenedAt('2030-02-01', expired(2, 100, '2030-02-01')),
      /batch 2 was not due/,
    ],
    [
      'comes too soon',
      happenedAt('2030-01-31 23:59:59.999', expired(1, 100, '2030-02-01')),
      /batch 1 was not due/,
    ],
    [
      'names another due time',
      happenedAt('2030-02-01', expired(1, 100, '2030-01-31')),
      /batch 1 was not due/,
    ],
    [
      'names fewer points than are left',
      happenedAt('2030-02-01', expired(1, 99, '2030-02-01')),
      /batch 1 had 100 points/,
    ],
    [
      'names more points than are left',
      happenedAt('2030-02-01', expired(1, 101, '2030-02-01')),
      /batch 1 had 100 points/,
    ],
  ])('%s', (_, event, rule) => {
    const broken = ruleBrokenBy(two, event);
    expect(broken.revision).toBe(2);
    expect(broken.rule).toMatch(rule);
  });

  it('takes a batch that has nothing left', () => {
    expect(
      ruleBrokenBy(closed, happenedAt('2030-02-01', expired(1, 1, '2030-02-01'))),
    ).toMatchObject({
      revision: 3,
      rule: 'batch 1 had 0 points left',
    });
  });
});
