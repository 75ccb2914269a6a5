import {
  returnOf,
  consume,
  consumed,
  expired,
  given,
  recharged,
  refund,
  refunded,
  refused,
  settle,
  settled,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });
const work = { consumptionId: 'work' };

describe('a refund', () => {
  const spent = [
    recharged(1, 50),
    recharged(2, 30),
    recharged(3, 100),
    consumed([draw(1, 50), draw(2, 30), draw(3, 20)]),
  ];

  it('of no named points brings back all of them, last draw first', () => {
    given(...spent)
      .when(refund())
      .then(refunded(3, 'refunded', [returnOf(3, 20), returnOf(2, 30), returnOf(1, 50)]))
      .holds({ balance: 180, held: 0 });
  });

  it('of some brings back as many, splitting the draw it ends in', () => {
    given(...spent)
      .when(refund(35))
      .then(refunded(3, 'refunded', [returnOf(3, 20), returnOf(2, 15)]))
      .holds({ balance: 115 });
  });

  it('goes on where the one before it ended, and brings nothing back twice', () => {
    given(...spent)
      .when(refund(19))
      .then(refunded(3, 'refunded', [returnOf(3, 19)]))
      .when(refund(2))
      .then(refunded(3, 'refunded', [returnOf(3, 1), returnOf(2, 1)]))
      .when(refund(80))
      .thenRefused('RefundExceedsConsumption', { refundable: 79, asked: 80 })
      .when(refund())
      .then(refunded(3, 'refunded', [returnOf(2, 29), returnOf(1, 50)]))
      .when(refund())
      .thenRefused('NothingToRefund', work)
      .holds({ balance: 180 });
  });

  it('of exactly what is left takes it all', () => {
    given(...spent)
      .when(refund(100))
      .then(refunded(3, 'refunded', [returnOf(3, 20), returnOf(2, 30), returnOf(1, 50)]));
  });

  it('says why, and of which business and source', () => {
    const task = { sourceType: 'voice_clone', sourceId: 'task-3' } as const;
    given(recharged(1, 50), consumed([draw(1, 50)], task))
      .when(refund(1, { reason: 'noisy' }))
      .then(refunded(1, 'refunded', [returnOf(1, 1)], { ...task, reason: 'noisy' }));
  });

  it('of a consumption that was settled above its estimate unwinds both, slices unmerged', () => {
    given(recharged(1, 200), consumed([draw(1, 50)], { settleBy: '2030-01-02' }))
      .when(settle(80))
      .then(consumed([draw(1, 30)], { of: 1 }), settled(1, 50, 80))
      .when(refund(60))
      .then(refunded(1, 'refunded', [returnOf(1, 30), returnOf(1, 30)]))
      .when(refund())
      .then(refunded(1, 'refunded', [returnOf(1, 20)]));
  });

  it('of a consumption that was settled below its estimate ends at what it really cost', () => {
    given(recharged(1, 200), consumed([draw(1, 50)], { settleBy: '2030-01-02' }))
      .when(settle(30))
      .then(refunded(1, 'overestimated', [returnOf(1, 20)]), settled(1, 50, 30))
      .when(refund(31))
      .thenRefused('RefundExceedsConsumption', { refundable: 30, asked: 31 })
      .when(refund())
      .then(refunded(1, 'refunded', [returnOf(1, 30)]));
  });

  it('can be spent again, and refunded again', () => {
    given(recharged(1, 50))
      .when(consume(50))
      .then(consumed([draw(1, 50)]))
      .when(refund())
      .then(refunded(1, 'refunded', [returnOf(1, 50)]))
      .when(consume(50, { consumptionId: 'again' }))
      .then(consumed([draw(1, 50)], { consumptionId: 'again' }))
      .when(refund(null, { consumptionId: 'again' }))
      .then(refunded(3, 'refunded', [returnOf(1, 50)], { consumptionId: 'again' }));
  });

  it('records what fell due first', () => {
    given(...spent, recharged(4, 9, { expiresAt: '2030-01-02' }))
      .when(refund(1, { at: '2030-01-02' }))
      .then(expired(4, 9, '2030-01-02'), refunded(3, 'refunded', [returnOf(3, 1)]));
  });
});

describe('the reasons to refuse a refund', () => {
  it('begin with a consumption that is not known', () => {
    given(recharged(1, 50)).when(refund()).thenRefused('UnknownConsumption', work);
  });

  it('go on with nothing left, whatever is named', () => {
    given(recharged(1, 50), consumed([draw(1, 50)]), refunded(1, 'refunded', [returnOf(1, 50)]))
      .when(refund(10))
      .thenRefused('NothingToRefund', work);
  });

  it('go on with more than is left, of an open one too', () => {
    given(
      recharged(1, 50),
      consumed([draw(1, 5)]),
      consumed([draw(1, 5)], { consumptionId: 'open', settleBy: '2030-01-02' }),
    )
      .when(refund(6))
      .thenRefused('RefundExceedsConsumption', { refundable: 5, asked: 6 })
      .when(refund(6, { consumptionId: 'open' }))
      .thenRefused('RefundExceedsConsumption', { refundable: 5, asked: 6 })
      .when(refund(4, { consumptionId: 'open' }))
      .thenRefused('ConsumptionOpen', { consumptionId: 'open' });
  });

  it('come after what fell due', () => {
    given(recharged(1, 50, { expiresAt: '2030-01-02' }))
      .when(refund(null, { at: '2030-01-02' }))
      .then(expired(1, 50, '2030-01-02'), refused('UnknownConsumption', work));
  });
});

describe('the limit of a refund', () => {
  // Spending allows another recharge, but a refund on top must still fit the integer column.
  const BILLION = 1_000_000_000;
  const nearlyFull = [
    recharged(1, BILLION),
    consumed([draw(1, BILLION)]),
    recharged(2, BILLION),
    recharged(3, BILLION),
  ];

  it('is a balance of 2,147,483,647', () => {
    given(...nearlyFull)
      .when(refund(147_483_648))
      .thenRefused('BalanceLimit', { balance: 2 * BILLION, held: 0, asked: 147_483_648 })
      .when(refund(147_483_647))
      .then(refunded(1, 'refunded', [returnOf(1, 147_483_647)]))
      .holds({ balance: 2_147_483_647 });
  });

  it('refuses all that is left when that is too much', () => {
    given(...nearlyFull)
      .when(refund())
      .thenRefused('BalanceLimit', { balance: 2 * BILLION, held: 0, asked: BILLION });
  });

  it('counts what open pre-deductions hold', () => {
    given(...nearlyFull, consumed([draw(2, 7)], { consumptionId: 'open', settleBy: '2030-01-02' }))
      .when(refund(147_483_648))
      .thenRefused('BalanceLimit', { balance: 2 * BILLION - 7, held: 7, asked: 147_483_648 })
      .when(refund(147_483_647))
      .then(refunded(1, 'refunded', [returnOf(1, 147_483_647)]));
  });
});
