import {
  HELD,
  collected,
  consume,
  consumed,
  expired,
  givenRules2,
  newBatch,
  recharge,
  recharged,
  refund,
  refunded,
  refused,
  forgiven,
  returnOf,
  settle,
  settled,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const TOMORROW = '2030-01-02';
const hold = (points: number, batchId = 1) =>
  consumed([draw(batchId, points)], { settleBy: TOMORROW, ...HELD });

describe('finished work that costs more than its estimate and the balance', () => {
  const held = () => givenRules2(recharged(1, 100), hold(100));

  it('is booked: the rest is owed, and the next recharge pays it first', () => {
    held()
      .when(settle(130))
      .then(settled(1, 100, 130, { owed: 30 }))
      .holds({ balance: 0, owed: 30 })
      .when(recharge(50))
      .then(recharged(newBatch(1), 50), collected(1, [draw(newBatch(1), 30)]))
      .holds({ balance: 20, owed: 0 });
  });

  it('is owed whole when its pre-deduction timed out and the points were spent since', () => {
    givenRules2(recharged(1, 100), hold(100))
      .when(consume(100, { consumptionId: 'other', at: '2030-01-02 01:00' }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 100)]),
        consumed([draw(1, 100)], { consumptionId: 'other' }),
      )
      .when(settle(130, { at: '2030-01-02 02:00' }))
      .then(settled(1, 100, 130, { owed: 130, durationOf: null }))
      .holds({ balance: 0, owed: 130 });
  });

  it('takes the whole balance before anything is owed', () => {
    givenRules2(recharged(1, 120), hold(100))
      .when(settle(130))
      .then(consumed([draw(1, 20)], { of: 1 }), settled(1, 100, 130, { owed: 10 }))
      .holds({ balance: 0, owed: 10 });
  });

  it('is refused where its sender says so, and stays open', () => {
    held()
      .when(settle(130, { overrun: 'refuse' }))
      .thenRefused('InsufficientPoints', { balance: 0, asked: 30, owed: 0 })
      .holds({ held: 100 });
  });

  it('is capped where its sender says so: the rest is uncollected', () => {
    givenRules2(recharged(1, 120), hold(100))
      .when(settle(130, { overrun: 'cap' }))
      .then(consumed([draw(1, 20)], { of: 1 }), settled(1, 100, 130, { uncollected: 10 }))
      .holds({ balance: 0, owed: 0 });
  });

  it('goes by the consumption where the settlement names nothing', () => {
    givenRules2(
      recharged(1, 100),
      consumed([draw(1, 100)], { settleBy: TOMORROW, overrun: 'cap', onTimeout: 'return' }),
    )
      .when(settle(130))
      .then(settled(1, 100, 130, { uncollected: 30 }));
  });

  it('goes by the policy in force where it began under rules 1', () => {
    givenRules2(recharged(1, 100), consumed([draw(1, 100)], { settleBy: TOMORROW }))
      .under({ overrun: 'cap' })
      .when(settle(130))
      .then(settled(1, 100, 130, { uncollected: 30 }));
  });

  it('freezes the overrun of the policy that was in force when it began', () => {
    givenRules2(recharged(1, 100))
      .under({ overrun: 'refuse' })
      .when(consume(100, { settleWithin: 60 }))
      .then(
        consumed([draw(1, 100)], {
          settleBy: '2030-01-01 12:01',
          overrun: 'refuse',
          onTimeout: 'return',
        }),
      );
  });

  it('is refused late too where its pre-deduction said so, and can still be settled', () => {
    givenRules2(
      recharged(1, 100),
      consumed([draw(1, 100)], { settleBy: TOMORROW, overrun: 'refuse', onTimeout: 'return' }),
    )
      .when(consume(100, { consumptionId: 'other', at: TOMORROW }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 100)]),
        consumed([draw(1, 100)], { consumptionId: 'other' }),
      )
      .when(settle(130))
      .thenRefused('InsufficientPoints', { balance: 0, asked: 130, owed: 0 })
      .when(recharge(130))
      .then(recharged(newBatch(1), 130))
      .when(settle(130))
      .then(consumed([draw(newBatch(1), 130)], { of: 1 }), settled(1, 100, 130, { durationOf: 6 }));
  });

  it('takes what is there where it comes late and is capped', () => {
    givenRules2(
      recharged(1, 100),
      consumed([draw(1, 100)], { settleBy: TOMORROW, overrun: 'cap', onTimeout: 'return' }),
    )
      .when(consume(70, { consumptionId: 'other', at: TOMORROW }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 100)]),
        consumed([draw(1, 70)], { consumptionId: 'other' }),
      )
      .when(settle(130))
      .then(
        consumed([draw(1, 30)], { of: 1 }),
        settled(1, 100, 130, { uncollected: 100, durationOf: 4 }),
      )
      .holds({ balance: 0, owed: 0 });
  });

  it('is owed only up to the limit of the policy', () => {
    held()
      .under({ owedMax: 20 })
      .when(settle(130))
      .then(settled(1, 100, 130, { owed: 20, uncollected: 10 }))
      .holds({ owed: 20 });
  });

  it('is not owed where the account has as many debts as it may', () => {
    held()
      .under({ debtsMax: 0 })
      .when(settle(130))
      .then(settled(1, 100, 130, { uncollected: 30 }))
      .holds({ owed: 0 });
  });
});

describe('who owes', () => {
  const owing = () => givenRules2(recharged(1, 100), hold(100), settled(1, 100, 130, { owed: 30 }));

  it('can spend nothing, and the refusal says what is owed', () => {
    owing()
      .when(consume(1, { consumptionId: 'b' }))
      .thenRefused('InsufficientPoints', {
        balance: 0,
        asked: 1,
        owed: 30,
      });
  });

  it('pays in parts, the oldest debt first', () => {
    const second = { consumptionId: 'second' };
    givenRules2(
      recharged(1, 30),
      consumed([draw(1, 10)], { settleBy: TOMORROW, ...HELD }),
      consumed([draw(1, 20)], { settleBy: TOMORROW, ...HELD, ...second }),
      settled(1, 10, 14, { owed: 4 }),
      settled(2, 20, 26, { owed: 6, ...second }),
    )
      .when(recharge(7))
      .then(
        recharged(newBatch(1), 7),
        collected(1, [draw(newBatch(1), 4)]),
        collected(2, [draw(newBatch(1), 3)], second),
      )
      .holds({ balance: 0, owed: 3 })
      .when(recharge(5))
      .then(recharged(newBatch(2), 5), collected(2, [draw(newBatch(2), 3)], second))
      .holds({ balance: 2, owed: 0 });
  });

  it('pays out of what times out, directly after it came back', () => {
    givenRules2(
      recharged(1, 100),
      consumed([draw(1, 40)], { settleBy: TOMORROW, consumptionId: 'late', ...HELD }),
      consumed([draw(1, 60)], { settleBy: '2030-01-03', ...HELD }),
      settled(2, 60, 90, { owed: 30 }),
    )
      .when(consume(11, { consumptionId: 'next', at: TOMORROW }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 40)], { consumptionId: 'late' }),
        collected(2, [draw(1, 30)]),
        refused('InsufficientPoints', { balance: 10, asked: 11, owed: 0 }),
      )
      .holds({ balance: 10, owed: 0 });
  });

  it('pays the oldest debt after each of several time-outs of one instant, in their order', () => {
    const hold = (points: number, consumptionId: string, settleBy: string, terms: object = HELD) =>
      consumed([draw(1, points)], { consumptionId, settleBy, ...terms });
    givenRules2(
      recharged(1, 110),
      hold(30, 'a', TOMORROW),
      hold(10, 'b', TOMORROW, { overrun: 'owe', onTimeout: 'charge' }),
      hold(30, 'c', TOMORROW),
      hold(20, 'd', '2030-01-03'),
      hold(20, 'e', '2030-01-03'),
      settled(5, 20, 30, { consumptionId: 'e', owed: 10 }),
      settled(4, 20, 45, { consumptionId: 'd', owed: 25 }),
    )
      .when(consume(25, { at: TOMORROW }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 30)], { consumptionId: 'a' }),
        collected(5, [draw(1, 10)], { consumptionId: 'e' }),
        collected(4, [draw(1, 20)], { consumptionId: 'd' }),
        settled(2, 10, 10, { consumptionId: 'b', cause: 'timed_out' }),
        refunded(3, 'timed_out', [returnOf(1, 30)], { consumptionId: 'c' }),
        collected(4, [draw(1, 5)], { consumptionId: 'd' }),
        consumed([draw(1, 25)]),
      )
      .holds({ balance: 0, held: 0, owed: 0 });
  });

  it('pays nothing out of what came back dead', () => {
    givenRules2(
      recharged(1, 100, { expiresAt: TOMORROW }),
      consumed([draw(1, 40)], { settleBy: '2030-01-03', consumptionId: 'late', ...HELD }),
      consumed([draw(1, 60)], { settleBy: '2030-01-04', ...HELD }),
      settled(2, 60, 90, { owed: 30 }),
    )
      .under({ refundGraceDays: 0 })
      .when(refund(null, { consumptionId: 'late', at: '2030-01-02 01:00' }))
      .then(
        refunded(1, 'cancelled', [returnOf(1, 40, 1, TOMORROW)], { consumptionId: 'late' }),
        expired(1, 40, TOMORROW),
      )
      .holds({ balance: 0, owed: 30 });
  });

  it('is forgiven by a refund before any point comes back', () => {
    owing()
      .when(refund(40, { reason: '生成失败' }))
      .then(
        forgiven(1, 30, { reason: '生成失败' }),
        refunded(1, 'refunded', [returnOf(1, 10)], { reason: '生成失败' }),
      )
      .holds({ balance: 10, owed: 0 });
  });

  it('is forgiven without any point coming back where the refund is smaller', () => {
    owing().when(refund(12)).then(forgiven(1, 12)).holds({ balance: 0, owed: 18 });
  });

  it('gets back what was collected, first of all that was drawn', () => {
    owing()
      .when(recharge(50))
      .then(recharged(newBatch(1), 50), collected(1, [draw(newBatch(1), 30)]))
      .when(refund(35))
      .then(refunded(1, 'refunded', [returnOf(newBatch(1), 30), returnOf(1, 5)]))
      .holds({ balance: 55, owed: 0 });
  });

  it('is remembered as long as the debt is open, whatever its age', () => {
    owing()
      .under({ refundableDays: 1, consumptionsMax: 0 })
      .when(consume(1, { at: '2031-01-01' }))
      .thenRefused('ConsumptionIdReused', { consumptionId: 'work' })
      .when(refund(31, { at: '2031-01-01' }))
      .then(forgiven(1, 30), refunded(1, 'refunded', [returnOf(1, 1)]))
      .when(refund(null, { at: '2031-01-01' }))
      .thenRefused('UnknownConsumption', { consumptionId: 'work' });
  });
});

describe('a late settlement that charges nothing', () => {
  it('leaves its duration to the debt, and the first row that pays it carries it', () => {
    const video = { sourceType: 'video' };
    givenRules2(
      recharged(1, 10),
      consumed([draw(1, 10)], { settleBy: TOMORROW, ...HELD, ...video }),
    )
      .when(consume(10, { consumptionId: 'b', at: '2030-01-02 01:00' }))
      .then(
        refunded(1, 'timed_out', [returnOf(1, 10)], video),
        consumed([draw(1, 10)], { consumptionId: 'b' }),
      )
      .when(settle(8, { duration: 2.5, at: '2030-01-02 02:00' }))
      .then(settled(1, 10, 8, { owed: 8, duration: 2.5, quantity: 2.5, durationOf: null }))
      .when(recharge(5))
      .then(
        recharged(newBatch(1), 5),
        collected(1, [draw(newBatch(1), 5)], { ...video, duration: 2.5 }),
      )
      .when(recharge(5))
      .then(recharged(newBatch(2), 5), collected(1, [draw(newBatch(2), 3)], video));
  });
});

describe('a pre-deduction that is charged when it times out', () => {
  const charged = () =>
    givenRules2(
      recharged(1, 100),
      consumed([draw(1, 60)], {
        settleBy: TOMORROW,
        sourceType: 'tts',
        quantity: 6,
        overrun: 'owe',
        onTimeout: 'charge',
      }),
    );

  it('closes at its estimate, with the seconds that were estimated', () => {
    charged()
      .when(consume(1, { consumptionId: 'b', at: TOMORROW }))
      .then(
        settled(1, 60, 60, { duration: 6, quantity: 6, cause: 'timed_out' }),
        consumed([draw(1, 1)], { consumptionId: 'b' }),
      )
      .holds({ balance: 39, held: 0 });
  });

  it('can be refunded, and not settled any more', () => {
    charged()
      .when(settle(50, { at: TOMORROW }))
      .then(
        settled(1, 60, 60, { duration: 6, quantity: 6, cause: 'timed_out' }),
        refused('ConsumptionClosed', { consumptionId: 'work' }),
      )
      .when(refund(10))
      .then(refunded(1, 'refunded', [returnOf(1, 10)], { sourceType: 'tts' }))
      .holds({ balance: 50 });
  });

  it('is begun by the one that names it', () => {
    givenRules2(recharged(1, 100))
      .when(consume(10, { settleWithin: 60, onTimeout: 'charge', overrun: 'cap' }))
      .then(
        consumed([draw(1, 10)], {
          settleBy: '2030-01-01 12:01',
          overrun: 'cap',
          onTimeout: 'charge',
        }),
      );
  });
});
