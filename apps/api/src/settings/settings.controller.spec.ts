import { MemoryEventStore } from '#event-store/testing';
import { settingsPage, settingsVersion } from '#contracts';
import { VersionWriter, draftOf } from '#settings/testing';
import { TestClock, bearer, openTestApi, read, type TestApi } from '../testing/api-fixture.js';

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi({ readSettings: true });
});
afterEach(() => api.close());

const inMinutes = (minutes: number): string =>
  new Date(api.clock.timeOfDay() + minutes * 60_000).toISOString();

const bodyOf = (version: number, from: string, changes: object = {}) => {
  const body: Record<string, unknown> = { version, ...draftOf(from), ...changes };
  delete body['by'];
  return body;
};

async function post(path: string, payload: object, roles = ['admin'], sub = 'li.wei@example.com') {
  const headers = await bearer({ sub, roles });
  return api.app.inject({ method: 'POST', url: `/v1/settings${path}`, headers, payload });
}

const publish = (payload: object) => post('', payload);
const check = (payload: object) => post('/check', payload);

const fieldsOf = (response: { json(): unknown }): string[] =>
  (response.json() as { errors: { field: string }[] }).errors.map(({ field }) => field);

describe('Publishing settings over HTTP', () => {
  it('answers with the version, published by the subject of the token', async () => {
    const body = bodyOf(2, inMinutes(10), { note: '新价目' });
    const response = await publish(body);
    expect(response.statusCode).toBe(200);
    const answer = response.json<object>();
    expect(settingsVersion.parse(answer)).toEqual({
      ...body,
      at: inMinutes(0),
      by: 'li.wei@example.com',
    });
    expect(response.headers['idempotency-replayed']).toBeUndefined();
    const one = await read(api, '/v1/settings/2');
    expect(one.json()).toEqual(answer);
  });

  it('answers a repeat with the version that is there', async () => {
    const body = bodyOf(2, inMinutes(10));
    const first = await publish(body);
    api.clock.time += 3_600_000;
    const again = await publish(body);
    expect([again.statusCode, again.headers['idempotency-replayed']]).toEqual([200, 'true']);
    expect(again.json()).toEqual(first.json());
  });

  it.each([
    ['has that number', 2, { note: 'other' }],
    ['is missing before it', 4, {}],
  ])('answers 409 where another version %s', async (_, version, changes) => {
    await publish(bodyOf(2, inMinutes(10)));
    const response = await publish(bodyOf(version, inMinutes(20), changes));
    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({
      type: 'urn:points-ledger:problem:settings-conflict',
      newest: 2,
    });
  });

  it('names every bad field, also those that are not the publisher’s to say', async () => {
    const wrong = {
      ...bodyOf(2, inMinutes(5)),
      version: 0,
      by: 'somebody',
      at: inMinutes(0),
      notes: 'typo',
      policy: { ...draftOf('').policy, owedMax: -1 },
    };
    for (const response of [await publish(wrong), await check(wrong)]) {
      expect(response.statusCode).toBe(400);
      expect(fieldsOf(response).sort()).toEqual([
        'at',
        'by',
        'from',
        'notes',
        'policy.owedMax',
        'version',
      ]);
    }
    expect((await read(api, '/v1/settings/2')).statusCode).toBe(404);
  });

  it.each([
    ['a list', []],
    ['no object', 'null'],
  ])('rejects %s', async (_, payload) => {
    const headers = { ...(await bearer({ roles: ['admin'] })), 'content-type': 'application/json' };
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const request = { method: 'POST', url: '/v1/settings', headers, payload: text } as const;
    const response = await api.app.inject(request);
    expect([response.statusCode, fieldsOf(response)[0]]).toEqual([400, 'body']);
  });

  it('checks without publishing', async () => {
    const response = await check(bodyOf(2, inMinutes(10)));
    expect([response.statusCode, response.json()]).toEqual([200, { valid: true, version: 2 }]);
    expect((await read(api, '/v1/settings/2')).statusCode).toBe(404);
    expect((await check(bodyOf(3, inMinutes(10)))).statusCode).toBe(409);
  });

  it.each(['user', 'service', 'auditor'])('is not for the role %s', async (role) => {
    const response = await post('', bodyOf(2, inMinutes(10)), [role]);
    expect(response.statusCode).toBe(403);
  });

  it('answers 503 while the store is away, and names it', async () => {
    let isAway = false;
    const clock = new TestClock();
    const store = new MemoryEventStore({
      timeOfDay: () => clock.time,
      readFaultOf: () => (isAway ? new Error('away') : undefined),
    });
    await api.close();
    api = await openTestApi({ store, readSettings: true });
    isAway = true;
    const response = await publish(bodyOf(2, inMinutes(10)));
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '2']);
    expect(response.json()).toMatchObject({ type: 'urn:points-ledger:problem:store-away' });
    isAway = false;
    expect((await publish(bodyOf(2, inMinutes(10)))).statusCode).toBe(200);
  });
});

describe('Reading settings over HTTP', () => {
  it('lists the versions, newest first, page by page, and says which is in force', async () => {
    for (const version of [2, 3, 4]) await publish(bodyOf(version, inMinutes(10 * version)));
    const first = settingsPage.parse((await read(api, '/v1/settings?limit=2')).json());
    expect(first).toMatchObject({ in_force: 1, newest: 4, next_before: 3 });
    expect(first.items.map(({ version }) => version)).toEqual([4, 3]);
    const second = (await read(api, '/v1/settings?limit=2&before=3')).json<typeof first>();
    expect(second.items.map(({ version, by }) => [version, by])).toEqual([
      [2, 'li.wei@example.com'],
      [1, 'points-ledger'],
    ]);
    expect(second.next_before).toBeNull();
    api.clock.time += 25 * 60_000;
    expect((await read(api, '/v1/settings')).json()).toMatchObject({ in_force: 2 });
  });

  it.each(['0', 'x', '1.5', '-1'])('answers 400 to version %s', async (version) => {
    const response = await read(api, `/v1/settings/${version}`);
    expect([response.statusCode, fieldsOf(response)]).toEqual([400, ['version']]);
  });

  it('lets an admin read what an auditor reads', async () => {
    const response = await read(api, '/v1/settings', { roles: ['admin'] });
    expect(response.statusCode).toBe(200);
  });

  it('says of a version of unknown rules what is known of it', async () => {
    const store = new MemoryEventStore();
    const writer = new VersionWriter(store);
    await writer.write({});
    await writer.write({ from: '2031-01-01T00:00:00.000Z', rules: 3 });
    await api.close();
    api = await openTestApi({ store, readSettings: true });
    const list = (await read(api, '/v1/settings')).json<object>();
    expect(settingsPage.parse(list).items[0]).toMatchObject({ version: 2, rules: 3, by: null });
    const one = await read(api, '/v1/settings/2');
    expect([one.statusCode, one.json<{ type: string }>().type]).toEqual([
      503,
      'urn:points-ledger:problem:settings-unknown',
    ]);
  });

  it('tells every caller the businesses that are in force now', async () => {
    const { businesses } = draftOf('');
    const priced = { points: '1', per: '1', step: null, minimum: 1, rounding: 'up' };
    const more = [
      ...businesses,
      { code: 'ocr', label: '识别', unit: 'page', price: priced, retired: false },
    ];
    await publish(bodyOf(2, inMinutes(10), { businesses: more }));
    const before = await read(api, '/v1/businesses', { roles: ['user'] });
    expect(before.json()).toMatchObject({ settings: 1, items: { length: 5 } });
    api.clock.time += 10 * 60_000;
    const after = (await read(api, '/v1/businesses', { roles: ['service'] })).json<object>();
    expect(after).toEqual({ settings: 2, items: more });
  });
});

describe('Commands after rules 2 were published', () => {
  it('are decided by them from their moment on', async () => {
    await publish(bodyOf(2, inMinutes(10)));
    api.clock.time += 10 * 60_000;
    const headers = { ...(await bearer()), 'idempotency-key': 'k1' };
    const user_id = '0a11ce00-0000-4000-8000-000000000001';
    const recharge = { user_id, points: 5, expires_at: null };
    const url = '/v1/commands/RechargePoints';
    const sent = await api.app.inject({ method: 'POST', url, headers, payload: recharge });
    expect(sent.statusCode).toBe(200);
    const events = await read(api, `/v1/users/${user_id}/events`);
    expect(events.json()).toMatchObject({
      items: [{ meta: { settings: 2, rules: 2, v: 2, data: { points: 5, user_id } } }],
    });
  });
});
