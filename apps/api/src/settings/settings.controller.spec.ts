import { MemoryEventStore } from '#event-store/testing';
import { DEFAULT_SETTINGS_POLICY } from '#ledger';
import { eventsPage, problem, settingsPage, settingsPreview, settingsVersion } from '#contracts';
import { MemoryReadTables } from '#read-model/testing';
import { VersionWriter, draftOf } from '#settings/testing';
import {
  ALICE,
  TestClock,
  bearer,
  openTestApi,
  read,
  sendAccepted,
  type TestApi,
} from '../testing/api-fixture.js';

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
  const headers = await bearer({ sub, roles, seconds: 30 * 86_400 });
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

  it('tells the kind of each error, with what its reason mentions', async () => {
    const response = await publish({ ...bodyOf(2, inMinutes(5)), at: inMinutes(0) });
    const { errors } = problem.parse(response.json());
    expect(errors).toMatchObject([
      { field: 'at', code: 'UnknownField' },
      { field: 'from', code: 'TooSoon', details: { earliest: inMinutes(6) } },
    ]);
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

  it('reads the settings once for each judgement', async () => {
    let reads = 0;
    const clock = new TestClock();
    const store = new MemoryEventStore({
      timeOfDay: () => clock.time,
      readFaultOf: () => {
        reads += 1;
        return undefined;
      },
    });
    await api.close();
    api = await openTestApi({ store, readSettings: true });
    const readsOf = async (run: () => Promise<{ statusCode: number }>) => {
      reads = 0;
      return [(await run()).statusCode, reads];
    };
    await read(api, '/v1/settings');
    const body = bodyOf(2, inMinutes(10));
    // Besides, take-overs and the clock of the store are read, and what was published is read back.
    expect(await readsOf(() => check(body))).toEqual([200, 3]);
    expect(await readsOf(() => check({ ...body, note: '', by: 'x' }))).toEqual([400, 3]);
    expect(await readsOf(() => publish(body))).toEqual([200, 5]);
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

describe('Turning rules 2 on', () => {
  const user_id = '0a11ce00-0000-4000-8000-000000000001';

  /** A ledger of rules 1, with a recharge and that pre-deduction. */
  async function openWithHold(fields: object): Promise<void> {
    const store = new MemoryEventStore({ timeOfDay: () => api.clock.time });
    await new VersionWriter(store).write({ rules: 1 });
    await api.close();
    api = await openTestApi({ store, readSettings: true });
    const recharge = { user_id, points: 100, expires_at: null };
    await sendAccepted(api, 'RechargePoints', 'r1', recharge);
    const hold = { user_id, points: 5, source_type: 'script', settle_within: 60 };
    await sendAccepted(api, 'ConsumePoints', 'c1', { ...hold, ...fields });
    await api.project();
  }

  const acceptOf = (response: { json(): unknown }) =>
    (problem.parse(response.json()).errors ?? []).find(({ field }) => field === 'accept');

  it('is refused where a pre-deduction of the last 7 days named no consumption', async () => {
    await openWithHold({});
    const began = inMinutes(0);
    api.clock.time += 7 * 86_400_000;
    const wrong = { ...bodyOf(2, inMinutes(10)), note: '' };
    for (const response of [await check(wrong), await publish(wrong)]) {
      expect([response.statusCode, fieldsOf(response)]).toEqual([400, ['accept', 'note']]);
      expect(acceptOf(response)?.reason).toContain(`began at ${began}`);
      expect(acceptOf(response)).toMatchObject({
        code: 'UnnamedPreDeductions',
        details: { last: began },
      });
    }
    expect((await publish({ ...wrong, note: null })).statusCode).toBe(400);
    api.clock.time += 1;
    expect((await check(bodyOf(2, inMinutes(10)))).statusCode).toBe(200);
  });

  it('is done all the same where it is accepted, and answered again without asking', async () => {
    await openWithHold({});
    const body = bodyOf(2, inMinutes(10));
    expect((await check({ ...body, accept: true })).statusCode).toBe(200);
    const response = await publish({ ...body, accept: true });
    expect([response.statusCode, response.json()]).toMatchObject([200, { version: 2, rules: 2 }]);
    expect(response.json()).not.toHaveProperty('accept');
    expect((await publish(body)).headers['idempotency-replayed']).toBe('true');
    expect((await publish(bodyOf(3, inMinutes(20)))).statusCode).toBe(200);
  });

  it('is refused where the tables can’t tell about the last 7 days, which they were not asked to note', async () => {
    await openWithHold({ consumption_id: 'job-1' });
    const unnotedUntil = inMinutes(0);
    const noted = { lastAt: null, unnotedUntil };
    const tables = Object.assign(new MemoryReadTables(), {
      unnamedPreDeductions: async () => noted,
    });
    const { store } = api;
    await api.close();
    api = await openTestApi({ store, tables, readSettings: true });
    api.clock.time = Date.parse(unnotedUntil) + 7 * 86_400_000;
    const body = bodyOf(2, inMinutes(10));
    for (const response of [await check(body), await publish(body)]) {
      expect([response.statusCode, fieldsOf(response)]).toEqual([400, ['accept']]);
      expect(acceptOf(response)?.reason).toContain(`until ${unnotedUntil} the read tables`);
    }
    expect((await check({ ...body, accept: true })).statusCode).toBe(200);
    api.clock.time += 1;
    expect((await check(bodyOf(2, inMinutes(10)))).statusCode).toBe(200);
  });

  it('needs no word where every pre-deduction names its consumption', async () => {
    await openWithHold({ consumption_id: 'job-1' });
    expect((await publish(bodyOf(2, inMinutes(10)))).statusCode).toBe(200);
  });

  it('is about rules 2 alone', async () => {
    await openWithHold({});
    const { policy } = draftOf('', { policy: DEFAULT_SETTINGS_POLICY[1] });
    const response = await publish(bodyOf(2, inMinutes(10), { rules: 1, policy }));
    expect(response.statusCode).toBe(200);
  });

  it.each(['yes', 1, null])('is not accepted by %j', async (accept) => {
    const response = await check({ ...bodyOf(2, inMinutes(10)), accept });
    expect([response.statusCode, fieldsOf(response)]).toEqual([400, ['accept']]);
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

describe('Previewing settings over HTTP', () => {
  const preview = (payload: object, roles?: string[]) => post('/preview', payload, roles);
  const priced = (code: string, price: object, changes: object = {}) =>
    draftOf('').businesses.map((business) =>
      business.code === code ? { ...business, price, ...changes } : business,
    );
  const consumeSeconds = async (): Promise<void> => {
    const of = { user_id: ALICE };
    await sendAccepted(api, 'RechargePoints', 'r1', { ...of, points: 100, expires_at: null });
    const script = { ...of, source_type: 'script', points: 1 };
    await sendAccepted(api, 'ConsumePoints', 'c1', script);
    const dubbing = { ...of, source_type: 'tts', points: 5, duration: 12.5 };
    await sendAccepted(api, 'ConsumePoints', 'c2', dubbing);
    const video = { ...of, source_type: 'video', points: 8, duration: 4.25 };
    await sendAccepted(api, 'ConsumePoints', 'c3', video);
    await api.project();
  };
  const PER_SECOND = { points: '2.5', per: '1', step: '0.5', minimum: 1, rounding: 'up' };

  it('tells who would pay what, of the consumptions with a quantity or a duration', async () => {
    await consumeSeconds();
    const businesses = priced('tts', PER_SECOND);
    const response = await preview(bodyOf(2, inMinutes(10), { businesses }));
    expect(response.statusCode).toBe(200);
    const { items, version } = settingsPreview.parse(response.json());
    expect(version).toBe(2);
    expect(items).toMatchObject([
      { user_id: ALICE, source_type: 'video', quantity: 4.25, paid: 8, code: 'NoPrice' },
      { user_id: ALICE, source_type: 'tts', quantity: 12.5, paid: 5, would_pay: 32, code: null },
    ]);
    expect((await read(api, '/v1/settings/2')).statusCode).toBe(404);
  });

  it.each([
    ['is retired', PER_SECOND, { retired: true }, 'UnknownBusiness'],
    ['is too dear', { ...PER_SECOND, points: '999999999' }, {}, 'PriceTooHigh'],
  ])('says why nothing could be charged where the business %s', async (_, price, changes, code) => {
    await consumeSeconds();
    const businesses = priced('tts', price, changes);
    const response = await preview(bodyOf(2, inMinutes(10), { businesses }));
    const { items } = settingsPreview.parse(response.json());
    expect(items[1]).toMatchObject({ source_type: 'tts', would_pay: null, code });
  });

  it('names every bad field of what can’t be published', async () => {
    const response = await preview(bodyOf(2, inMinutes(5), { note: '' }));
    expect([response.statusCode, fieldsOf(response).sort()]).toEqual([400, ['from', 'note']]);
  });

  it.each(['user', 'service', 'auditor'])('is not for the role %s', async (role) => {
    const response = await preview(bodyOf(2, inMinutes(10)), [role]);
    expect(response.statusCode).toBe(403);
  });
});

describe('Commands over HTTP, by the settings in force', () => {
  const user_id = '0a11ce00-0000-4000-8000-000000000001';

  async function send(type: string, id: string, fields: object) {
    const headers = { ...(await bearer()), 'idempotency-key': id };
    const url = `/v1/commands/${type}`;
    return api.app.inject({ method: 'POST', url, headers, payload: { user_id, ...fields } });
  }

  /** A ledger whose version 1 says rules 1, with rules 2 from ten minutes after the start. */
  async function openWithLaterRules2(): Promise<void> {
    const store = new MemoryEventStore();
    const writer = new VersionWriter(store);
    await writer.write({ rules: 1 });
    await writer.write({ from: inMinutes(10), rules: 2 });
    await api.close();
    api = await openTestApi({ store, readSettings: true });
  }

  it('have the form of the rules in force at their time', async () => {
    await openWithLaterRules2();
    const recharge = { points: 5, expires_at: null, recharge_id: 'order-1' };
    const reversal = { recharge_id: 'order-1', cause: 'mistake' };
    const early = await send('RechargePoints', 'k1', recharge);
    expect([early.statusCode, fieldsOf(early)]).toEqual([400, ['recharge_id']]);
    expect((await send('ReverseRecharge', 'k2', reversal)).statusCode).toBe(404);
    api.clock.time += 10 * 60_000 - 1;
    expect((await send('ReverseRecharge', 'k2', reversal)).statusCode).toBe(404);
    api.clock.time += 1;
    expect((await send('RechargePoints', 'k1', recharge)).statusCode).toBe(200);
    const reversed = await send('ReverseRecharge', 'k2', reversal);
    expect(reversed.json()).toMatchObject({ points: 5, recharge_id: 'order-1', balance: 0 });
  });

  it.each<[string, object, string[]]>([
    [
      'ConsumePoints',
      { source_type: 'Chat', quantity: '5', overrun: 'owe', metadata: { Job: 'x' } },
      ['metadata', 'overrun', 'quantity', 'source_type'],
    ],
    [
      'ExtendConsumption',
      { consumption_id: 'job', quantity: -1, points: 0.5, settle_within: 604_801 },
      ['points', 'quantity', 'settle_within'],
    ],
    ['ExtendConsumption', { consumption_id: 'job' }, ['settle_within']],
    [
      'ReverseRecharge',
      { recharge_id: 'x'.repeat(129), cause: 'whim', shortfall: 7, points: 1e10, note: 'x' },
      ['cause', 'note', 'points', 'recharge_id', 'shortfall'],
    ],
    ['ReinstateRecharge', { recharge_id: 'a\nb', reason: '' }, ['reason', 'recharge_id']],
  ])('name every new field that is wrong: %s %j', async (type, fields, wrong) => {
    const response = await send(type, 'k1', fields);
    expect([response.statusCode, fieldsOf(response).sort()]).toEqual([400, wrong]);
  });

  it('are described in the form of the rules in force now', async () => {
    await openWithLaterRules2();
    const described = async () => {
      const response = await api.app.inject({ url: '/openapi.json' });
      return Object.keys(response.json<{ paths: object }>().paths);
    };
    expect(await described()).not.toContain('/v1/commands/ReverseRecharge');
    api.clock.time += 10 * 60_000;
    expect(await described()).toContain('/v1/commands/ReverseRecharge');
  });

  it('are described while the settings can’t be read, by the rules that were in force last', async () => {
    let isAway = true;
    const store = new MemoryEventStore({
      readFaultOf: () => (isAway ? new Error('away') : undefined),
    });
    await new VersionWriter(store).write({ rules: 1 });
    await api.close();
    api = await openTestApi({ store, readSettings: true });
    const described = async () => {
      const response = await api.app.inject({ url: '/openapi.json' });
      const { paths = {} } = response.json<{ paths?: object }>();
      return [response.statusCode, '/v1/commands/ReverseRecharge' in paths];
    };
    expect(await described()).toEqual([200, true]); // None were read yet, so these are the newest.
    isAway = false;
    expect(await described()).toEqual([200, false]);
    isAway = true;
    api.clock.time += 10 * 60_000;
    expect(await described()).toEqual([200, false]);
  });

  it('are recorded with them, and with the data that the digest covers', async () => {
    const sent = await send('RechargePoints', 'k1', { points: 5, expires_at: null });
    expect(sent.statusCode).toBe(200);
    const events = (await read(api, `/v1/users/${user_id}/events`)).json<object>();
    expect(eventsPage.parse(events)).toMatchObject({
      items: [{ meta: { settings: 1, rules: 2, v: 2, data: { points: 5, user_id } } }],
    });
  });

  it.each<[string, string, (writer: VersionWriter) => Promise<unknown>]>([
    ['are of unknown rules', 'settings-unknown', (writer) => writer.write({ rules: 3 })],
    ['are damaged', 'settings-unknown', (writer) => writer.write({ version: 7 })],
  ])('are unavailable while the settings %s', async (_, name, write) => {
    const store = new MemoryEventStore();
    await write(new VersionWriter(store));
    await api.close();
    api = await openTestApi({ store, readSettings: true });
    const response = await send('RechargePoints', 'k1', { points: 5, expires_at: null });
    expect([response.statusCode, response.json<{ type: string }>().type]).toEqual([
      503,
      `urn:points-ledger:problem:${name}`,
    ]);
    expect(response.headers['retry-after']).toBe('5');
  });

  it('are unavailable while the settings can’t be read, and carried out afterwards', async () => {
    let isAway = true;
    const store = new MemoryEventStore({
      readFaultOf: () => (isAway ? new Error('away') : undefined),
    });
    await api.close();
    api = await openTestApi({ store, readSettings: true });
    const recharge = { points: 5, expires_at: null };
    const response = await send('RechargePoints', 'k1', recharge);
    expect([response.statusCode, response.json<{ type: string }>().type]).toEqual([
      503,
      'urn:points-ledger:problem:store-away',
    ]);
    isAway = false;
    expect((await send('RechargePoints', 'k1', recharge)).statusCode).toBe(200);
  });
});
