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
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });

describe('the order of the draws', () => {
  it('is the batch that expires soonest first', () => {
    given(
      recharged(1, 50, { expiresAt: '2031-01-01' }),
      recharged(2, 30, { expiresAt: '2030-06-01' }),
    )
      .when(consume(40))
      .then(consumed([draw(2, 30), draw(1, 10)]))
      .holds({ balance: 40, held: 0 });
  });

  it('is the lower priority number first, whatever expires sooner', () => {
    given(
      recharged(1, 50, { expiresAt: '2030-01-02', priority: 51 }),
      recharged(2, 50, { expiresAt: '2031-01-01', priority: 50 }),
      recharged(3, 50, { expiresAt: null, priority: 0 }),
      recharged(4, 50, { expiresAt: '2030-01-03', priority: 100 }),
    )
      .when(consume(200))
      .then(consumed([draw(3, 50), draw(2, 50), draw(1, 50), draw(4, 50)]))
      .holds({ balance: 0 });
  });

  it('takes priorities as numbers, not as text', () => {
    given(recharged(1, 50, { priority: 10 }), recharged(2, 50, { priority: 9 }))
      .when(consume(60))
      .then(consumed([draw(2, 50), draw(1, 10)]));
  });

  it('is never-expiring batches last among their priority', () => {
    given(recharged(1, 50), recharged(2, 50, { expiresAt: '2999-12-31 23:59:59.999' }))
      .when(consume(51))
      .then(consumed([draw(2, 50), draw(1, 1)]));
  });

  it('is what came in first where priority and expiry are the same', () => {
    given(
      recharged(9, 10, { expiresAt: '2031-01-01' }),
      recharged(3, 10, { expiresAt: '2031-01-01' }),
      recharged(5, 10, { expiresAt: '2031-01-01' }),
      recharged(8, 10),
      recharged(2, 10),
    )
      .when(consume(45))
      .then(consumed([draw(9, 10), draw(3, 10), draw(5, 10), draw(8, 10), draw(2, 5)]));
  });

  it('has one draw a batch, and none of a batch that is not needed', () => {
    given(recharged(1, 50), recharged(2, 50))
      .when(consume(50))
      .then(consumed([draw(1, 50)]))
      .when(consume(1, { consumptionId: 'more' }))
      .then(consumed([draw(2, 1)], { consumptionId: 'more' }));
  });

  it('takes what a batch has left', () => {
    given(recharged(1, 50), recharged(2, 50), consumed([draw(1, 20)]))
      .when(consume(40, { consumptionId: 'more' }))
      .then(consumed([draw(1, 30), draw(2, 10)], { consumptionId: 'more' }));
  });

  it('is not changed by a refund: a batch keeps the place at which it came in', () => {
    given(recharged(1, 50), recharged(2, 50))
      .when(consume(50))
      .then(consumed([draw(1, 50)]))
      .when(refund(5))
      .then(refunded(2, 'refunded', [returnOf(1, 5)]))
      .when(consume(10, { consumptionId: 'more' }))
      .then(consumed([draw(1, 5), draw(2, 5)], { consumptionId: 'more' }));
  });

  it('is grace batches first, and among those of priority 0 the sooner expiry', () => {
    given(
      recharged(1, 10, { expiresAt: '2030-01-02' }),
      recharged(2, 10, { expiresAt: '2030-01-08', priority: 0 }),
      consumed([draw(2, 10), draw(1, 5)]),
    )
      .when(refund(5))
      .then(refunded(2, 'refunded', [returnOf(1, 5, newBatch(1), '2030-01-09')]))
      .when(recharge(7, { expiresAt: '2030-01-09', priority: 0 }))
      .then(recharged(newBatch(2), 7, { expiresAt: '2030-01-09', priority: 0 }))
      .when(recharge(7, { expiresAt: '2030-01-08', priority: 0 }))
      .then(recharged(newBatch(3), 7, { expiresAt: '2030-01-08', priority: 0 }))
      .when(consume(20, { consumptionId: 'more' }))
      .then(
        consumed([draw(newBatch(3), 7), draw(newBatch(1), 5), draw(newBatch(2), 7), draw(1, 1)], {
          consumptionId: 'more',
        }),
      );
  });
});

describe('a batch', () => {
  const one = recharged(1, 50, { expiresAt: '2030-01-02' });

  it('is live until a millisecond before its expiry', () => {
    given(one)
      .when(consume(50, { at: '2030-01-01 23:59:59.999' }))
      .then(consumed([draw(1, 50)]));
  });

  it('is not live at its expiry', () => {
    given(one, recharged(2, 50))
      .when(consume(50, { at: '2030-01-02' }))
      .then(expired(1, 50, '2030-01-02'), consumed([draw(2, 50)]));
  });

  it('is not live for a command that is older than the account', () => {
    given(one, happenedAt('2030-01-03', expired(1, 50, '2030-01-02')), recharged(2, 1))
      .when(consume(2, { at: '2030-01-01' }))
      .thenRefused('InsufficientPoints', { balance: 1, asked: 2 });
  });
});

describe('a consumption', () => {
  it('may take the whole balance', () => {
    given(recharged(1, 50), recharged(2, 50))
      .when(consume(100))
      .then(consumed([draw(1, 50), draw(2, 50)]))
      .holds({ balance: 0, held: 0 });
  });

  it('is refused for a point more than the balance, and takes nothing', () => {
    given(recharged(1, 50), recharged(2, 50))
      .when(consume(101))
      .thenRefused('InsufficientPoints', { balance: 100, asked: 101 })
      .holds({ balance: 100, held: 0 });
  });

  it('is refused on an account that has never had a point', () => {
    given().when(consume(1)).thenRefused('InsufficientPoints', { balance: 0, asked: 1 });
  });

  it('is refused by the balance after time has passed', () => {
    given(recharged(1, 50, { expiresAt: '2030-01-02' }), recharged(2, 5))
      .when(consume(6, { at: '2030-01-05' }))
      .then(expired(1, 50, '2030-01-02'), refused('InsufficientPoints', { balance: 5, asked: 6 }))
      .holds({ balance: 5 });
  });

  it('can be tried again under its own id once it was refused', () => {
    given()
      .when(consume(5))
      .thenRefused('InsufficientPoints', { balance: 0, asked: 5 })
      .when(recharge(5))
      .then(recharged(newBatch(1), 5))
      .when(consume(5))
      .then(consumed([draw(newBatch(1), 5)]));
  });

  it('does not pay with points that a pre-deduction holds', () => {
    given(recharged(1, 50), consumed([draw(1, 40)], { settleBy: '2030-01-02' }))
      .when(consume(11, { consumptionId: 'more' }))
      .thenRefused('InsufficientPoints', { balance: 10, asked: 11 });
  });

  it('says for which business, with which source id and duration', () => {
    const said = { sourceType: 'tts', sourceId: 'task-9', duration: 12.5 } as const;
    given(recharged(1, 50))
      .when(consume(7, said))
      .then(consumed([draw(1, 7)], said));
  });

  it.each(['script', 'polish', 'voice_clone', 'tts', 'video'] as const)(
    'may be for %s',
    (sourceType) => {
      given(recharged(1, 50))
        .when(consume(7, { sourceType }))
        .then(consumed([draw(1, 7)], { sourceType }));
    },
  );
});
