import { MemoryReadTables } from '#read-model/testing';
import {
  ALICE,
  sendAccepted,
  userPath,
  openTestApi,
  read,
  type TestApi,
} from '../../testing/api-fixture.js';

describe('a read with a position', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const recharge = { user_id: ALICE, points: 10, expires_at: null };

  it('returns the position of the read tables with every answer', async () => {
    const before = await read(api, userPath('balance'));
    expect(before.headers['ledger-position']).toBe('');
    const { position } = await sendAccepted(api, 'RechargePoints', 'r1', recharge);
    await api.project();
    for (const path of ['balance', 'batches', 'usage', 'transactions', 'events', 'state']) {
      const response = await read(api, userPath(path));
      expect(response.statusCode).toBe(200);
      expect(response.headers['ledger-position']).toBe(position);
    }
  });

  it('waits until the tables have reached its min_position', async () => {
    const { position } = await sendAccepted(api, 'RechargePoints', 'r1', recharge);
    const waiting = read(api, userPath(`balance?min_position=${position}`));
    await api.project();
    expect((await waiting).json()).toMatchObject({ balance: 10, position });
    expect((await waiting).headers['ledger-position']).toBe(position);
  });

  it('is answered 503 with Retry-After when the tables do not reach it in time', async () => {
    const { position } = await sendAccepted(api, 'RechargePoints', 'r1', recharge);
    const response = await read(api, userPath(`transactions?min_position=${position}`));
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('1');
    expect(response.headers['ledger-position']).toBe('');
  });

  const foreign = [
    'postgres:0000000000000001',
    `es-${'0'.repeat(20)}-${'0'.repeat(20)}`,
    'memory:1',
    'memory:00000000000000001',
    'memory:000000000000000x',
    ' memory:0000000000000001',
    '-1',
    '0',
    'null',
  ];

  it.each(foreign)('rejects at once a position of another store: %s', async (position) => {
    const query = `min_position=${encodeURIComponent(position)}`;
    for (const isEmpty of [true, false]) {
      for (const path of ['balance', 'transactions', 'transactions.csv', 'state', 'events']) {
        const response = await read(api, userPath(`${path}?${query}`));
        expect(response.json()).toMatchObject({ status: 400, errors: [{ field: 'min_position' }] });
      }
      if (isEmpty) await sendAccepted(api, 'RechargePoints', 'r1', recharge);
      await api.project();
    }
  });
});

describe('a read without its store', () => {
  it('is answered 503 with Retry-After and without its address, and reported', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), {
      code: 'ECONNREFUSED',
    });
    const tables = new MemoryReadTables();
    const api = await openTestApi({ tables });
    tables.position = () => Promise.reject(away);
    const response = await read(api, userPath('balance'));
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('2');
    expect(response.body).not.toContain('10.1.2.3');
    expect(api.reportedErrors).toEqual([away]);
    await api.close();
  });

  it('is answered 500 without the message of an internal error, which is reported', async () => {
    const tables = new MemoryReadTables();
    const api = await openTestApi({ tables });
    const bug = new TypeError('x of undefined');
    tables.position = () => Promise.reject(bug);
    const response = await read(api, userPath('balance'));
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('undefined');
    expect(api.reportedErrors).toEqual([bug]);
    await api.close();
  });
});
