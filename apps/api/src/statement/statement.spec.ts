import {
  accountBalance,
  accountBatches,
  parseWith,
  transactionStory,
  transactionsPage,
  usage,
  type AccountBatches,
  type TransactionStory,
  type TransactionsPage,
} from '#contracts';
import {
  BOB,
  sendAccepted,
  seedAccount,
  userPath,
  openTestApi,
  read,
  type TestApi,
} from '../testing/api-fixture.js';

describe('the statement over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi();
    await seedAccount(api);
  });
  afterAll(() => api.close());

  const page = async (query: string): Promise<TransactionsPage> => {
    const response = await read(api, userPath(`transactions${query}`));
    expect(response.statusCode).toBe(200);
    const parsed = parseWith(transactionsPage, response.json());
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    return parsed.value;
  };

  it('lists rows newest first with all of their columns', async () => {
    const { items, next_cursor } = await page('');
    expect(next_cursor).toBeNull();
    expect(items.map(({ type, amount, balance_after }) => [type, amount, balance_after])).toEqual([
      ['refund', 50, 137],
      ['refund', 10, 87],
      ['refund', 12, 77],
      ['consume', 20, 65],
      ['consume', 5, 85],
      ['consume', 10, 90],
      ['consume', 50, 100],
      ['recharge', 50, 150],
      ['recharge', 100, 100],
    ]);
    expect(Object.keys(items[0] ?? {})).toEqual([
      'id',
      'user_id',
      'type',
      'amount',
      'balance_before',
      'balance_after',
      'source_type',
      'source_id',
      'batch_id',
      'duration',
      'description',
      'created_at',
      'updated_at',
      'row_ref',
    ]);
    expect(items[3]).toMatchObject({
      duration: 4.25,
      description: '【视频生成】',
      source_id: 'task-3',
    });
    expect(items[0]).toMatchObject({ description: '【脚本生成返还】', duration: null });
  });

  it.each([
    ['?type=refund', 3],
    ['?source_type=script', 4],
    ['?type=consume&source_type=script', 2],
    ['?source_id=task-3', 2],
    ['?source_id=o-1&type=recharge', 1],
    ['?source_id=o-1&type=consume', 0],
    ['?source_type=chat', 0],
    ['?from=2030-06-01T00:02:00Z&to=2030-06-01T00:03:00Z', 2],
    ['?from=2030-06-01T08:02:00%2B08:00&to=2030-06-01T08:03:00.0009%2B08:00', 2],
    ['?to=2030-06-01T00:00:00Z', 0],
    ['?type=&from=', 9],
  ])('is filtered by %s', async (query, count) => {
    expect((await page(query)).items).toHaveLength(count);
  });

  it('is paged without gaps or duplicates, with the filters in the cursor', async () => {
    const whole = (await page('?source_type=script')).items;
    const seen = [];
    let cursor = '';
    for (let pages = 0; pages < 10; pages += 1) {
      const query = cursor === '' ? '?source_type=script&limit=2' : `?limit=2&cursor=${cursor}`;
      const { items, next_cursor } = await page(query);
      seen.push(...items);
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    expect(seen).toEqual(whole);
  });

  it('accepts a cursor with its own filters, and rejects it with others', async () => {
    const { next_cursor } = await page('?type=consume&limit=1');
    await page(`?type=consume&limit=1&cursor=${next_cursor}`);
    const other = await read(api, userPath(`transactions?type=refund&cursor=${next_cursor}`));
    expect(other.statusCode).toBe(400);
    expect(other.json()).toMatchObject({ errors: [{ field: 'cursor' }] });
  });

  it('rejects a cursor that was altered or belongs to another user', async () => {
    const cursor = (await page('?limit=1')).next_cursor ?? '';
    const altered = await read(api, userPath(`transactions?cursor=x${cursor}`));
    const others = await read(api, userPath(`transactions?cursor=${cursor}`, BOB));
    expect([altered.statusCode, others.statusCode]).toEqual([400, 400]);
  });

  it('names every invalid parameter', async () => {
    const query = '?type=gift&source_type=X&from=yesterday&to=2030-02-30T00:00:00Z&limit=101';
    const response = await read(api, userPath(`transactions${query}`));
    expect(response.statusCode).toBe(400);
    const fields = response
      .json<{ errors: { field: string }[] }>()
      .errors.map(({ field }) => field);
    expect(fields.sort()).toEqual(['from', 'limit', 'source_type', 'to', 'type']);
  });

  it.each(['0', '-1', '1.5', 'x', '101', '1e1'])('rejects a limit of %s', async (limit) => {
    const response = await read(api, userPath(`transactions?limit=${limit}`));
    expect(response.json()).toMatchObject({ status: 400, errors: [{ field: 'limit' }] });
  });

  it('rejects a duplicate parameter', async () => {
    const response = await read(api, userPath('transactions?type=consume&type=refund'));
    expect(response.json()).toMatchObject({ status: 400, errors: [{ field: 'type' }] });
  });

  it('rejects an invalid user id', async () => {
    const response = await read(api, userPath('transactions', 'somebody'));
    expect(response.json()).toMatchObject({ status: 400, errors: [{ field: 'user_id' }] });
  });

  it('is empty for an unknown user', async () => {
    const response = await read(api, userPath('transactions', BOB));
    expect(response.json()).toEqual({ items: [], next_cursor: null });
  });

  it('explains a row by its event, command, consumption and refunds', async () => {
    const { items } = await page('?source_type=video&type=consume');
    const response = await read(api, userPath(`transactions/${items[0]?.id}`));
    const parsed = parseWith(transactionStory, response.json());
    expect(parsed).toMatchObject({ ok: true });
    expect(response.json<TransactionStory>()).toMatchObject({
      transaction: items[0],
      event: { type: 'PointsConsumed', revision: 4, data: { points: 20 } },
      command: { source: 'api:billing', id: 'c3', type: 'ConsumePoints' },
      consumption: {
        consumption_id: 'c3',
        status: 'settled',
        estimate: 20,
        actual: 8,
        refunded: 12,
        duration: 4.25,
        draws: [{ points: 20 }],
        transactions: [{ type: 'consume' }, { type: 'refund' }],
      },
      refunds: [{ type: 'refund', amount: 12 }],
    });
  });

  it('explains a row without a consumption', async () => {
    const { items } = await page('?type=recharge&limit=1');
    const response = await read(api, userPath(`transactions/${items[0]?.id}`));
    expect(response.json()).toMatchObject({
      event: { type: 'PointsRecharged' },
      consumption: null,
      refunds: [],
    });
  });

  it('does not explain a row of another user, or a name that is not of a row', async () => {
    const other = await read(api, userPath('transactions/1', BOB));
    const none = await read(api, userPath('transactions/999'));
    const bad = await read(api, userPath('transactions/x1'));
    expect([other.statusCode, none.statusCode, bad.statusCode]).toEqual([404, 404, 400]);
    expect(none.json<{ detail: string }>().detail).toContain('row_ref');
    expect((await read(api, userPath('transactions/r99.0'))).statusCode).toBe(404);
    expect((await read(api, userPath('transactions/r0.0', BOB))).statusCode).toBe(404);
  });

  it('explains a row by its row_ref as by its id', async () => {
    const { items } = await page('');
    expect(items.map(({ row_ref }) => row_ref)).toEqual([
      'r7.1',
      'r7.0',
      'r5.0',
      'r4.0',
      'r3.0',
      'r2.1',
      'r2.0',
      'r1.0',
      'r0.0',
    ]);
    for (const { id, row_ref } of items) {
      const byRef = await read(api, userPath(`transactions/${row_ref}`));
      expect(byRef.statusCode).toBe(200);
      expect(byRef.json()).toEqual((await read(api, userPath(`transactions/${id}`))).json());
    }
  });
});

describe('an account over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi();
    await seedAccount(api);
  });
  afterAll(() => api.close());

  it('has a balance, and points that are held by open pre-deductions', async () => {
    const open = { user_id: BOB, source_type: 'video', points: 30, settle_within: 60 };
    await sendAccepted(api, 'RechargePoints', 'b1', { user_id: BOB, points: 40, expires_at: null });
    const { position } = await sendAccepted(api, 'ConsumePoints', 'b2', open);
    await api.project();
    const response = await read(api, userPath('balance', BOB));
    expect(parseWith(accountBalance, response.json())).toMatchObject({ ok: true });
    const at = new Date(api.clock.time).toISOString();
    expect(response.json()).toEqual({
      ...{ user_id: BOB, balance: 10, held: 30, owed: 0 },
      ...{ position, at },
    });
  });

  it('has a balance of zero before any event', async () => {
    const response = await read(api, userPath('balance', '00000000-0000-4000-8000-000000000009'));
    expect(response.json()).toMatchObject({ balance: 0, held: 0 });
  });

  it.each([
    ['2030-05-31T23:59:59.999Z', 0, 0],
    ['2030-06-01T00:00:00Z', 100, 0],
    ['2030-06-01T00:01:59.999Z', 150, 0],
    ['2030-06-01T00:02:00Z', 90, 0],
    ['2030-06-01T08:04:30%2B08:00', 65, 20],
    ['2030-06-01T00:05:00Z', 77, 0],
    ['2099-01-01T00:00:00Z', 137, 0],
  ])('had at %s a balance of %i, and %i held', async (at, balance, held) => {
    const response = await read(api, userPath(`balance?at=${at}`));
    expect(parseWith(accountBalance, response.json())).toMatchObject({ ok: true });
    expect(response.json()).toMatchObject({ balance, held });
  });

  it('has a position with a balance of the past', async () => {
    const before = await read(api, userPath('balance?at=2030-05-01T00:00:00Z'));
    const { position } = (await read(api, userPath('balance?at=2030-06-01T00:00:00Z'))).json<{
      position: string;
    }>();
    expect(before.json()).toMatchObject({ position: null });
    expect(position).toBe('memory:0000000000000001');
  });

  it('has batches in the order in which they will be drawn', async () => {
    const response = await read(api, userPath('batches'));
    expect(parseWith(accountBatches, response.json())).toMatchObject({ ok: true });
    const { items } = response.json<AccountBatches>();
    expect(items).toMatchObject([
      { points: 50, remaining: 50, priority: 10, expires_at: '2030-12-30T16:00:00.000Z' },
      { points: 100, remaining: 87, priority: 50, expires_at: null },
    ]);
  });

  it('has its usage by day of a time zone, by business, and by both', async () => {
    const byDay = await read(api, userPath('usage'));
    expect(parseWith(usage, byDay.json())).toMatchObject({ ok: true });
    expect(byDay.json()).toEqual({
      items: [{ day: '2030-06-01', consumed: 85, refunded: 72, count: 3, duration: 16.75 }],
    });
    const west = await read(api, userPath('usage?tz=America/New_York'));
    expect(west.json()).toMatchObject({ items: [{ day: '2030-05-31' }] });
    const byBusiness = await read(
      api,
      userPath('usage?group_by=source_type&from=2030-06-01T00:03:00Z'),
    );
    expect(parseWith(usage, byBusiness.json())).toMatchObject({ ok: true });
    expect(byBusiness.json()).toEqual({
      items: [
        { source_type: 'script', consumed: 0, refunded: 60, count: 0, duration: 0 },
        { source_type: 'tts', consumed: 5, refunded: 0, count: 1, duration: 12.5 },
        { source_type: 'video', consumed: 20, refunded: 12, count: 1, duration: 4.25 },
      ],
    });
    const byBoth = await read(api, userPath('usage?group_by=day,source_type&tz=UTC'));
    expect(parseWith(usage, byBoth.json())).toEqual({ ok: true, value: byBoth.json<unknown>() });
    const day = '2030-06-01';
    expect(byBoth.json()).toEqual({
      items: [
        { day, source_type: 'script', consumed: 60, refunded: 60, count: 1, duration: 0 },
        { day, source_type: 'tts', consumed: 5, refunded: 0, count: 1, duration: 12.5 },
        { day, source_type: 'video', consumed: 20, refunded: 12, count: 1, duration: 4.25 },
      ],
    });
  });

  it.each(['tz=Mars/Olympus', 'tz=%2B08:00', 'group_by=month', 'at=now'])(
    'rejects the query %s',
    async (parameter) => {
      const path = parameter.startsWith('at') ? 'balance' : 'usage';
      expect((await read(api, userPath(`${path}?${parameter}`))).statusCode).toBe(400);
    },
  );
});
