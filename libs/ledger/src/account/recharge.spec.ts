import { batchIdOf } from './batch-id.js';
import {
  consumed,
  expire,
  expired,
  given,
  newBatch,
  happenedAt,
  recharge,
  recharged,
  refused,
  time,
  testUuid,
} from '../testing/scenario.js';

describe('a recharge', () => {
  it('brings in a batch', () => {
    given()
      .when(recharge(100, { expiresAt: '2031-01-01', priority: 7, sourceId: 'order-1' }))
      .then(
        recharged(newBatch(1), 100, { expiresAt: '2031-01-01', priority: 7, sourceId: 'order-1' }),
      )
      .holds({ balance: 100, held: 0 });
  });

  it('may never expire', () => {
    given()
      .when(recharge(1, { expiresAt: null }))
      .then(recharged(newBatch(1), 1, { expiresAt: null }));
  });

  it('makes a batch of its own each time', () => {
    given()
      .when(recharge(5))
      .then(recharged(newBatch(1), 5))
      .when(recharge(5))
      .then(recharged(newBatch(2), 5))
      .holds({ balance: 10 });
  });

  it('numbers the batch by the command, the revision of its event and the expiry', () => {
    const expiresAt = time('2031-01-01');
    const scenario = given(recharged(1, 3, { expiresAt: '2030-01-02' }))
      .when(recharge(5, { id: 'c', at: '2030-01-03', expiresAt }))
      .then(expired(1, 3, '2030-01-02'), recharged(newBatch(1), 5, { expiresAt }));
    expect(scenario.events.at(-1)).toMatchObject({
      batchId: batchIdOf(testUuid('c'), 2, expiresAt),
    });
  });

  it.each([1, 1_000_000_000])('may be of %d points', (points) => {
    given()
      .when(recharge(points))
      .then(recharged(newBatch(1), points));
  });
});

describe('a recharge that has expired already', () => {
  it('is refused at the very moment of its expiry', () => {
    given()
      .when(recharge(1, { at: '2030-01-02', expiresAt: '2030-01-02' }))
      .thenRefused('AlreadyExpired', { expiresAt: time('2030-01-02') });
  });

  it('is taken a millisecond before', () => {
    const expiresAt = '2030-01-02 00:00:00.001';
    given()
      .when(recharge(1, { at: '2030-01-02', expiresAt }))
      .then(recharged(newBatch(1), 1, { expiresAt }));
  });

  it('is judged by the time of the account when the command is older', () => {
    given(happenedAt('2030-02-01', recharged(1, 10)))
      .when(recharge(1, { at: '2030-01-01', expiresAt: '2030-01-15' }))
      .thenRefused('AlreadyExpired', { expiresAt: time('2030-01-15') });
  });
});

describe('the limit of a recharge', () => {
  const full = [recharged(1, 1_000_000_000), recharged(2, 999_999_900)];

  it('is a balance of 2,000,000,000', () => {
    given(...full)
      .when(recharge(100))
      .then(recharged(newBatch(1), 100))
      .holds({ balance: 2_000_000_000 });
  });

  it('refuses a point more', () => {
    given(...full)
      .when(recharge(101))
      .thenRefused('BalanceLimit', { balance: 1_999_999_900, held: 0, asked: 101 });
  });

  it('counts what open pre-deductions hold', () => {
    given(...full, consumed([{ batchId: 1, points: 40 }], { settleBy: '2030-01-02' }))
      .when(recharge(101))
      .thenRefused('BalanceLimit', { balance: 1_999_999_860, held: 40, asked: 101 })
      .when(recharge(100))
      .then(recharged(newBatch(1), 100));
  });

  it('does not count what was consumed', () => {
    given(...full, consumed([{ batchId: 1, points: 40 }]))
      .when(recharge(140))
      .then(recharged(newBatch(1), 140))
      .when(recharge(1))
      .thenRefused('BalanceLimit', { balance: 2_000_000_000, held: 0, asked: 1 });
  });

  it('is checked after due events were recorded', () => {
    given(recharged(1, 1_000_000_000), recharged(2, 1_000_000_000, { expiresAt: '2030-01-02' }))
      .when(recharge(1_000_000_000, { at: '2030-01-02' }))
      .then(expired(2, 1_000_000_000, '2030-01-02'), recharged(newBatch(1), 1_000_000_000));
  });
});

describe('the number of batches', () => {
  const two = [recharged(1, 10), recharged(2, 10)];

  it('ends at batchesMax', () => {
    given(...two)
      .under({ batchesMax: 3 })
      .when(recharge(10))
      .then(recharged(newBatch(1), 10))
      .when(recharge(10))
      .thenRefused('TooManyBatches');
  });

  it('counts only batches with points left', () => {
    given(...two, consumed([{ batchId: 1, points: 10 }]))
      .under({ batchesMax: 2 })
      .when(recharge(10))
      .then(recharged(newBatch(1), 10));
  });

  it('counts a batch that has a single point left', () => {
    given(...two, consumed([{ batchId: 1, points: 9 }]))
      .under({ batchesMax: 2 })
      .when(recharge(10))
      .thenRefused('TooManyBatches');
  });

  it('is checked after due events were recorded', () => {
    given(recharged(1, 10), recharged(2, 10, { expiresAt: '2030-01-02' }))
      .under({ batchesMax: 2 })
      .when(recharge(10, { at: '2030-01-02' }))
      .then(expired(2, 10, '2030-01-02'), recharged(newBatch(1), 10));
  });

  it('can be none', () => {
    given().under({ batchesMax: 0 }).when(recharge(10)).thenRefused('TooManyBatches');
  });
});

describe('the reasons to refuse a recharge', () => {
  const full = [recharged(1, 1_000_000_000), recharged(2, 1_000_000_000)];

  it('begin with its expiry', () => {
    given(...full)
      .under({ batchesMax: 2 })
      .when(recharge(1, { expiresAt: '2029-01-01' }))
      .thenRefused('AlreadyExpired', { expiresAt: time('2029-01-01') });
  });

  it('go on with the balance', () => {
    given(...full)
      .under({ batchesMax: 2 })
      .when(recharge(1))
      .thenRefused('BalanceLimit', { balance: 2_000_000_000, held: 0, asked: 1 });
  });

  it('leave the account as it is', () => {
    given(recharged(1, 10))
      .when(recharge(1, { expiresAt: '2029-01-01' }))
      .then(refused('AlreadyExpired', { expiresAt: time('2029-01-01') }))
      .holds({ balance: 10, held: 0 })
      .when(expire())
      .thenNothing();
  });
});
