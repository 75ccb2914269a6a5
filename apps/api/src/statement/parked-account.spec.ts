import {
  accountBalance,
  accountBatches,
  parseWith,
  transactionStory,
  transactionsPage,
  usage,
} from '#contracts';
import type { Position } from '#event-store';
import { MemoryEventStore, MemoryLog } from '#event-store/testing';
import { MemoryReadTables } from '#read-model/testing';
import {
  ALICE,
  BOB,
  sendAccepted,
  seedAccount,
  userPath,
  openTestApi,
  read,
  type TestApi,
} from '../testing/api-fixture.js';

describe('reads of a parked account', () => {
  let api: TestApi;
  let before: Position | null;
  let story: string;
  const tables = new MemoryReadTables();
  const log = new MemoryLog();

  beforeAll(async () => {
    api = await openTestApi({ store: new MemoryEventStore({ log }), tables });
    await seedAccount(api);
    await seedAccount(api, BOB).catch(() => undefined);
    before = await tables.position();
    const items = (await read(api, userPath('transactions'))).json<{ items: { id: number }[] }>()
      .items;
    story = `transactions/${items[0]?.id}`;
    log.writeUnreadable(`points-${ALICE}`);
    const page = await api.store.readAll(before, 100);
    if (page.next === null) throw new Error('nothing is there');
    await tables.write(before, { ...page, next: page.next });
  });

  afterAll(() => api.close());

  it.each([
    ['balance', accountBalance],
    ['batches', accountBatches],
    ['transactions', transactionsPage],
    ['usage', usage],
    ['story', transactionStory],
  ] as const)(
    'return the state before the parked event, and are marked: %s',
    async (what, schema) => {
      const response = await read(api, userPath(what === 'story' ? story : what));
      expect(response.statusCode).toBe(200);
      const body = response.json<{ parked?: { since: string; code: string } }>();
      expect(body.parked).toEqual({
        since: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        code: 'unreadable-record',
      });
      expect(parseWith(schema as typeof accountBalance, body)).toMatchObject({ ok: true });
      expect(response.headers['ledger-parked']).toBe('unreadable-record');
    },
  );

  it('keep the balance before the parked event', async () => {
    expect((await read(api, userPath('balance'))).json()).toMatchObject({ balance: 137 });
  });

  it('mark a file by a header', async () => {
    const response = await read(api, userPath('transactions.csv'));
    expect(response.headers['ledger-parked']).toBe('unreadable-record');
    expect(response.body).not.toContain('unreadable-record');
  });

  it('reject a position after the parked event', async () => {
    const position = await tables.position();
    const response = await read(api, userPath(`balance?min_position=${position}`));
    expect(response.statusCode).toBe(409);
    expect(response.headers['content-type']).toMatch('application/problem+json');
    expect(response.json()).toMatchObject({
      type: 'urn:points-ledger:problem:account-parked',
      parked: { code: 'unreadable-record' },
    });
    expect((await read(api, userPath(`balance?min_position=${before}`))).statusCode).toBe(200);
  });

  it('do not affect other accounts', async () => {
    await sendAccepted(api, 'RechargePoints', 'bob-1', {
      user_id: BOB,
      points: 5,
      expires_at: null,
    });
    await api.project();
    const position = await tables.position();
    const response = await read(api, userPath(`balance?min_position=${position}`, BOB));
    expect(response.statusCode).toBe(200);
    expect(response.json()).not.toHaveProperty('parked');
    expect(response.headers).not.toHaveProperty('ledger-parked');
  });
});
