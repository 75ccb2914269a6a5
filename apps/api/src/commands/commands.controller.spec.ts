import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { MemoryEventStore, type MemoryFault } from '#event-store/testing';
import { AccountCommandProcessor, encodeImported, readImportedAccount } from '#commands';
import { accountStream } from '#identity';
import { DEFAULT_POLICY } from '#ledger';
import { imported } from '#ledger/testing';
import { fixedSettings, settingsInForceOf } from '#settings/testing';
import {
  ALICE,
  BOB,
  bearer,
  eventually,
  openTestApi,
  type TestApi,
} from '../testing/api-fixture.js';

interface Sent {
  readonly type?: string;
  readonly id?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const recharge = { user_id: ALICE, points: 100, expires_at: null };

const consume = (points: number) => ({ user_id: ALICE, points, source_type: 'script' });

async function send(api: TestApi, { type = 'RechargePoints', id, body, headers }: Sent) {
  return api.app.inject({
    method: 'POST',
    url: `/v1/commands/${type}`,
    headers: {
      ...(await bearer()),
      'content-type': 'application/json',
      ...(id !== undefined && { 'idempotency-key': id }),
      ...headers,
    },
    payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
}

const fieldsOf = (response: { json: () => { errors: { field: string }[] } }) =>
  response
    .json()
    .errors.map(({ field }) => field)
    .sort();

describe('a command over HTTP', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  it('is answered 200 with its outcome and position', async () => {
    const response = await send(api, { id: 'order-1', body: recharge });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      command_id: 'order-1',
      command_source: 'api:billing',
      command_type: 'RechargePoints',
      user_id: ALICE,
      status: 'accepted',
      code: null,
      balance: 100,
      replayed: false,
    });
    expect(response.headers['ledger-position']).toBe(
      response.json<{ position: string }>().position,
    );
    expect(response.headers['idempotency-replayed']).toBeUndefined();
  });

  it('is carried out once: a repeat gets the same outcome, marked as replayed', async () => {
    const first = await send(api, { id: 'order-1', body: recharge });
    await send(api, { id: 'order-2', body: recharge });
    const again = await send(api, { id: '"order-1"', body: recharge });
    expect(again.statusCode).toBe(200);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.json()).toEqual({ ...first.json<object>(), replayed: true });
  });

  it('is answered 422 with its outcome when it is refused, and again when it is repeated', async () => {
    const refused = await send(api, { type: 'ConsumePoints', id: 'c-1', body: consume(5) });
    expect(refused.statusCode).toBe(422);
    expect(refused.headers['content-type']).toMatch('application/problem+json');
    expect(refused.json()).toMatchObject({
      type: 'urn:points-ledger:problem:insufficient-points',
      status: 422,
      code: 'InsufficientPoints',
      outcome: { command_id: 'c-1', status: 'refused', balance: 0, replayed: false },
    });
    await send(api, { id: 'order-1', body: recharge });
    const again = await send(api, { type: 'ConsumePoints', id: 'c-1', body: consume(5) });
    expect(again.statusCode).toBe(422);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.json()).toMatchObject({ outcome: { status: 'refused', replayed: true } });
  });

  it('is answered 409 when its key was used with another body', async () => {
    await send(api, { id: 'order-1', body: recharge });
    const reused = await send(api, { id: 'order-1', body: { ...recharge, points: 5 } });
    expect(reused.statusCode).toBe(409);
    expect(reused.json()).toMatchObject({
      code: 'CommandIdReused',
      outcome: { status: 'refused', balance: 100 },
    });
  });

  it('is answered 422 when it is too old to be distinguished from a repeat', async () => {
    await api.close();
    const policy = { ...DEFAULT_POLICY, rememberMin: 1, rememberMax: 1, rememberDays: 0 };
    api = await openTestApi({ policy });
    for (const id of ['a', 'b', 'c']) await send(api, { id, body: recharge });
    api.clock.time -= 60_000;
    const late = await send(api, { id: 'd', body: recharge });
    expect(late.statusCode).toBe(422);
    expect(late.json()).toMatchObject({ code: 'TooLate', outcome: { position: null } });
  });

  it('is answered 409 while its account is not taken over, to be sent again in a second', async () => {
    await api.close();
    const store = new MemoryEventStore();
    const begun = await readImportedAccount(store, ALICE);
    const now = '2029-01-01T00:00:00.000Z';
    const settings = settingsInForceOf({ rules: 2 });
    const origin = { importId: 'old', now, settings, correlation: 'c' };
    const { events } = encodeImported(begun, [imported()], origin);
    await store.append(accountStream(ALICE), -1, events);
    api = await openTestApi({ store, settings: { rules: 2 } });
    const refused = await send(api, { id: 'order-1', body: recharge });
    expect(refused.statusCode).toBe(409);
    expect(refused.headers['retry-after']).toBe('1');
    expect(refused.json()).toMatchObject({
      type: 'urn:points-ledger:problem:not-taken-over',
      code: 'NotTakenOver',
      outcome: { status: 'refused', balance: null, owed: null, position: null },
    });
  });

  it('shares no command ids with other callers', async () => {
    await send(api, { id: 'order-1', body: recharge });
    const other = await bearer({ sub: 'another' });
    const response = await send(api, { id: 'order-1', body: recharge, headers: other });
    expect(response.json()).toMatchObject({ replayed: false, balance: 200 });
  });

  it('stores the trace of its sender with its events', async () => {
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    await send(api, { id: 'order-1', body: recharge, headers: { traceparent } });
    const metas = [];
    for await (const { meta } of api.store.readStream(`points-${ALICE}`)) {
      metas.push(JSON.parse(meta) as object);
    }
    expect(metas).toMatchObject([{ correlation: 'ab'.repeat(16) }]);
  });

  it('accepts a user id in any case', async () => {
    const body = { ...recharge, user_id: ALICE.toUpperCase() };
    expect((await send(api, { id: 'x', body })).json()).toMatchObject({ user_id: ALICE });
  });

  it.each([
    [
      'every invalid field',
      { points: 0, priority: 101 },
      ['expires_at', 'points', 'priority', 'user_id'],
    ],
    ['a fraction', { ...recharge, points: 1.5 }, ['points']],
    ['a number as text', { ...recharge, points: '5' }, ['points']],
    ['an expiry left out', { user_id: ALICE, points: 5 }, ['expires_at']],
    ['a lone surrogate', { ...recharge, source_id: '\ud800' }, ['source_id']],
    [
      'a number past 2^53',
      `{"user_id":"${BOB}","points":9007199254740993,"expires_at":null}`,
      ['points'],
    ],
    ['an unknown field', { ...recharge, point: 3 }, ['point']],
    ['an unknown field that is null', { ...recharge, metadata: null }, ['metadata']],
    ['a body that is not an object', [], ['data']],
  ])('is answered 400 that names %s', async (_, body, fields) => {
    const response = await send(api, { id: 'x', body });
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toMatch('application/problem+json');
    expect(fieldsOf(response)).toEqual(fields);
  });

  it('is answered 400 that names query parameters and invalid fields together', async () => {
    const type = 'RechargePoints?dry_run=true&x=1&x=2';
    const response = await send(api, { type, id: 'x', body: { ...recharge, points: 0 } });
    expect(response.statusCode).toBe(400);
    expect(fieldsOf(response)).toEqual(['dry_run', 'points', 'x']);
  });

  it('is answered 400 that names a missing key and invalid fields together', async () => {
    const response = await send(api, { body: { ...recharge, points: -1 } });
    expect(response.statusCode).toBe(400);
    expect(fieldsOf(response)).toEqual(['Idempotency-Key', 'points']);
  });

  it('is answered 400 when its key is longer than a command id may be', async () => {
    const response = await send(api, { id: 'x'.repeat(129), body: recharge });
    expect(fieldsOf(response)).toEqual(['Idempotency-Key']);
  });

  it('is answered 400 when its body is missing or not JSON', async () => {
    for (const body of ['{', '', '\u0000']) {
      const response = await send(api, { id: 'x', body });
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ status: 400 });
    }
  });

  it('is answered 400 that names a duplicate field of its body', async () => {
    const body = JSON.stringify(recharge).replace('{', '{"points":1,');
    const response = await send(api, { id: 'twice', body });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      errors: [{ field: 'points', reason: 'stands twice in one object: name it once' }],
    });
  });

  it('is answered 404 when its type does not exist', async () => {
    const response = await send(api, { type: 'GrantPoints', id: 'x', body: recharge });
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ status: 404 });
  });

  it('is answered 401 without a token', async () => {
    const response = await send(api, { id: 'x', body: recharge, headers: { authorization: '' } });
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
  });

  it('is answered 413 when it is larger than 64 KiB', async () => {
    const padded = (bytes: number): string => JSON.stringify(recharge).padEnd(bytes, ' ');
    const most = await send(api, { id: 'x', body: padded(65_536) });
    expect(most.statusCode).toBe(200);
    const more = await send(api, { id: 'y', body: padded(65_537) });
    expect(more.statusCode).toBe(413);
    expect(more.json()).toMatchObject({ status: 413, type: 'urn:points-ledger:problem:too-large' });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', ''])(
    'is answered 415 with the content type %p',
    async (type) => {
      const headers = { 'content-type': type };
      const response = await send(api, { id: 'x', body: recharge, headers });
      expect(response.statusCode).toBe(415);
      expect(response.json()).toMatchObject({ status: 415 });
    },
  );

  it.each([
    ['gzip', gzipSync(JSON.stringify(recharge))],
    ['GZIP', gzipSync(JSON.stringify(recharge))],
    ['br', brotliCompressSync(JSON.stringify(recharge))],
    ['deflate', deflateSync(JSON.stringify(recharge))],
    ['identity, gzip', gzipSync(JSON.stringify(recharge))],
    ['gzip', JSON.stringify(recharge)],
    ['zstd', '{'],
  ])('is answered 415 that names the header when it is compressed: %p', async (encoding, body) => {
    const headers = { 'content-encoding': encoding };
    const response = await send(api, { id: 'x', body, headers });
    expect(response.statusCode).toBe(415);
    expect(response.headers['accept-encoding']).toBe('identity');
    expect(response.headers['content-type']).toMatch('application/problem+json');
    expect(response.json()).toMatchObject({
      status: 415,
      type: 'urn:points-ledger:problem:packed-body',
      errors: [
        { field: 'Content-Encoding', reason: expect.stringContaining('uncompressed') as string },
      ],
    });
  });

  it.each(['identity', 'Identity', ' identity , identity', ''])(
    'is accepted with a Content-Encoding of %p, which means uncompressed',
    async (encoding) => {
      const headers = { 'content-encoding': encoding };
      expect((await send(api, { id: 'x', body: recharge, headers })).statusCode).toBe(200);
    },
  );

  it('is accepted as JSON with a charset', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await send(api, { id: 'x', body: recharge, headers })).statusCode).toBe(200);
  });
});

describe('a command that cannot be answered', () => {
  const closing: TestApi[] = [];
  afterEach(() => Promise.all(closing.splice(0).map((api) => api.close())));

  async function apiWith(faultOf: () => MemoryFault | undefined, limits = {}) {
    const store = new MemoryEventStore({ faultOf });
    const commandLimits = { attemptMsMax: 50, retryMsMax: 100, ...limits };
    const commandProcessor = new AccountCommandProcessor({
      store,
      settings: fixedSettings(),
      limits: commandLimits,
    });
    const api = await openTestApi({ store, commandProcessor });
    closing.push(api);
    return api;
  }

  it('is answered 503 with Retry-After, and carried out once when it is retried', async () => {
    let isAway = true;
    const api = await apiWith(() => (isAway ? 'answer-lost' : undefined), { retryMsMax: 0 });
    const unknown = await send(api, { id: 'x', body: recharge });
    expect(unknown.statusCode).toBe(503);
    expect(Number(unknown.headers['retry-after'])).toBeGreaterThan(0);
    expect(unknown.json()).toMatchObject({ type: 'urn:points-ledger:problem:outcome-unknown' });
    isAway = false;
    const again = await send(api, { id: 'x', body: recharge });
    expect(again.json()).toMatchObject({ status: 'accepted', balance: 100, replayed: true });
  });

  it('is answered 503 while the command processor shuts down', async () => {
    const store = new MemoryEventStore();
    const commandProcessor = new AccountCommandProcessor({ store, settings: fixedSettings() });
    const api = await openTestApi({ store, commandProcessor });
    closing.push(api);
    await commandProcessor.drain(100);
    const response = await send(api, { id: 'x', body: recharge });
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('2');
  });

  it('is answered 503 while the command queue is full', async () => {
    let release = (): void => undefined;
    const stallUntil = new Promise<void>((resolve) => (release = resolve));
    const api = await apiWith(() => ({ stallUntil }), {
      commandsMax: 1,
      lineMax: 0,
      attemptMsMax: 10_000,
      retryMsMax: 10_000,
    });
    const first = send(api, { id: 'x', body: recharge });
    await eventually(() => expect(api.commandProcessor.stats.active).toBe(1));
    const second = await send(api, { id: 'y', body: recharge });
    expect(second.statusCode).toBe(503);
    expect(second.json()).toMatchObject({ type: 'urn:points-ledger:problem:overloaded' });
    release();
    expect((await first).statusCode).toBe(200);
  });
});
