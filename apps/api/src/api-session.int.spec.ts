import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Registry } from 'prom-client';
import { AccountCommandProcessor } from '#commands';
import { MemoryEventStore, MemoryLog } from '#event-store/testing';
import { SYSTEM_CLOCK } from '#async';
import { StallDetector, createLog } from '#platform/process';
import { MemoryReadTables } from '#read-model/testing';
import { SenderDirectory, Senders, parseSenders } from '#senders';
import { fixedSettings } from '#settings/testing';
import { createApiObserver } from './api-metrics.js';
import { openApiOnPostgres, type ApiOnPostgres } from './testing/api-on-postgres.js';
import {
  ALICE,
  BOB,
  sendAccepted,
  bearer,
  seedAccount,
  userPath,
  openTestApi,
  type TestApi,
  type TestApiOptions,
} from './testing/api-fixture.js';
import {
  exchange,
  exchangeRaw,
  type RecordedResponse,
  type SessionRequest,
} from './testing/recorded-session.js';

/** Recorded before the API was restructured; see `recorded-session.ts` for what is left out. */
const GOLDEN = join(import.meta.dirname, '../../../test/golden/api-session.json');
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const UNKNOWN_USER = '00000000-0000-4000-8000-000000000009';

type Answers = RecordedResponse[];
type Roles = Parameters<typeof bearer>[0];

const auditor: Roles = { roles: ['auditor'] };
const service: Roles = {};
const user: Roles = { sub: ALICE, roles: ['user'] };

const portOf = (api: TestApi): number => (api.app.getHttpServer().address() as AddressInfo).port;

async function send(
  api: TestApi,
  requests: readonly (SessionRequest & { readonly as?: Roles })[],
): Promise<Answers> {
  const answers: Answers = [];
  for (const { as, ...sent } of requests) {
    const headers = { ...(as !== undefined && (await bearer(as))), ...sent.headers };
    answers.push(await exchange(portOf(api), { ...sent, headers }));
  }
  return answers;
}

const get = (
  path: string,
  as: Roles = auditor,
  more: Partial<SessionRequest> = {},
): SessionRequest & { readonly as?: Roles } => ({ name: `reads ${path}`, path, as, ...more });

const command = (
  type: string,
  id: string | null,
  body: unknown,
  more: Partial<SessionRequest> & { readonly as?: Roles } = {},
): SessionRequest & { readonly as?: Roles } => ({
  name: `sends ${type} ${id ?? 'without a key'}`,
  method: 'POST',
  path: `/v1/commands/${type}`,
  as: service,
  body,
  ...more,
  headers: {
    'content-type': 'application/json',
    traceparent: TRACEPARENT,
    ...(id !== null && { 'idempotency-key': id }),
    ...more.headers,
  },
});

async function sessionOnPostgres(opened: ApiOnPostgres): Promise<Answers> {
  const { api } = opened;
  const step = (minutes: number): void => void (api.clock.time += minutes * 60_000);
  const recharge = { user_id: ALICE, points: 100, expires_at: null, source_id: 'o-1' };
  const answers: Answers = [];
  const ask = async (...requests: readonly (SessionRequest & { readonly as?: Roles })[]) =>
    void answers.push(...(await send(api, requests)));

  await ask(
    get(userPath('balance')),
    get(userPath('transactions')),
    get(userPath('state')),
    command('RechargePoints', 'r1', recharge),
    command('RechargePoints', '"r1"', recharge, { name: 'repeats a command with a quoted key' }),
    command('RechargePoints', 'r1', { ...recharge, points: 5 }, { name: 'reuses a key' }),
  );
  step(1);
  await ask(
    command('RechargePoints', 'r2', {
      user_id: ALICE.toUpperCase(),
      points: 50,
      expires_at: '2030-12-31T00:00:00+08:00',
      priority: 10,
    }),
  );
  step(1);
  const spent = { user_id: ALICE, points: 60, source_type: 'script' };
  await ask(command('ConsumePoints', 'c1', spent));
  step(1);
  const video = { ...spent, points: 20, source_type: 'video', duration: 9, settle_within: 3_600 };
  await ask(
    command('ConsumePoints', 'c2', { ...spent, points: 5, source_type: 'tts', duration: 12.5 }),
    command('ConsumePoints', 'c3', { ...video, source_id: 'task-3' }),
  );
  step(1);
  await ask(
    command('SettleConsumption', 's3', {
      user_id: ALICE,
      consumption_id: 'c3',
      points: 8,
      duration: 4.25,
    }),
    command('RefundPoints', 'f1', { user_id: ALICE, consumption_id: 'c1', reason: '生成失败' }),
    command('ExpirePoints', 'e1', { user_id: ALICE }),
    command('ConsumePoints', 'c9', { ...spent, points: 10_000 }, { name: 'has too few points' }),
    command('ConsumePoints', 'c9', { ...spent, points: 10_000 }, { name: 'repeats a refusal' }),
    command('RefundPoints', 'f2', { user_id: ALICE, consumption_id: 'none' }),
    command('RefundPoints', 'f3', { user_id: ALICE, consumption_id: 'c1', points: 60 }),
    command('SettleConsumption', 's4', { user_id: ALICE, consumption_id: 'c3', points: 8 }),
    command('RechargePoints', 'r3', { ...recharge, expires_at: '2030-01-01T00:00:00Z' }),
  );
  await api.project();
  await ask(
    get(userPath('transactions')),
    get(userPath('transactions'), user, { name: 'reads the own statement' }),
    get(userPath('transactions?limit=4')),
    get(userPath('transactions?type=refund&source_type=script')),
    get(userPath('transactions?from=2030-06-01T00:02:00Z&to=2030-06-01T08:03:00%2B08:00')),
    get(userPath('transactions/1')),
    get(userPath('transactions/r2.1')),
    get(userPath('transactions/r4.0')),
    get(userPath('transactions/99')),
    get(userPath('transactions/x')),
    get(userPath('transactions.csv')),
    get(userPath('transactions.csv?type=consume')),
    get(userPath('balance')),
    get(userPath('balance?at=2030-06-01T00:03:30Z')),
    get(userPath('balance', ALICE.toUpperCase())),
    get(userPath('batches')),
    get(userPath('usage')),
    get(userPath('usage?group_by=source_type&tz=America/New_York')),
    get(userPath('usage?group_by=day,source_type')),
    get(userPath('events')),
    get(userPath('events?after=2&limit=3')),
    get(userPath('state')),
    get(userPath('state?revision=4')),
    get(userPath('state?revision=99')),
    get(userPath('transactions', UNKNOWN_USER)),
    get(userPath('batches', UNKNOWN_USER)),
    get(userPath('transactions/stream'), user, {
      name: 'follows the own rows from the beginning',
      headers: { 'last-event-id': '0' },
      eventsMax: 11,
    }),
    get(userPath('transactions/stream'), user, {
      name: 'follows the own rows behind a place',
      headers: { 'last-event-id': '900.2.0' },
      eventsMax: 3,
    }),
    get(userPath('transactions/stream'), user, { name: 'follows what comes', eventsMax: 1 }),
    get(userPath('transactions/stream'), user, {
      name: 'follows behind what is no row',
      headers: { 'last-event-id': 'x' },
    }),
  );
  const { next_cursor: cursor } = JSON.parse(
    answers.find(({ request }) => request.endsWith('transactions?limit=4'))?.body ?? '{}',
  ) as { next_cursor: string };
  await ask(
    get(userPath(`transactions?limit=4&cursor=${cursor}`)),
    get(userPath(`transactions?type=refund&cursor=${cursor}`)),
    get(userPath(`transactions?cursor=x${cursor}`)),
    get(userPath(`transactions?cursor=${cursor}`, BOB)),
    get(userPath('transactions?type=gift&source_type=X&from=yesterday&limit=101')),
    get(userPath('transactions?type=consume&type=refund')),
    get(userPath('transactions?colour=red')),
    get(userPath('usage?tz=Mars/Olympus')),
    get(userPath('balance?min_position=postgres:9999999999999999')),
    get(userPath('balance?min_position=memory:1')),
    get(userPath('balance', 'somebody')),
    get(userPath('balance'), { roles: ['king'] }, { name: 'has no role that is known' }),
    get(userPath('balance', BOB), user),
    get(userPath('events'), user, { name: 'is no auditor' }),
    { name: 'has no token', path: userPath('balance') },
    {
      name: 'has no good token',
      path: userPath('balance'),
      headers: { authorization: 'Bearer a.b.c' },
    },
    get(
      userPath('balance'),
      { ...auditor, seconds: -60 },
      { name: 'has a token that has expired' },
    ),
    command('RechargePoints', 'x1', recharge, { as: auditor, name: 'may not send' }),
    command('GrantPoints', 'x2', recharge),
    command('RechargePoints', null, { ...recharge, points: 0, priority: 101, colour: 'red' }),
    command('RechargePoints', 'x'.repeat(129), recharge, { name: 'has too long a key' }),
    command('RechargePoints?dry_run=1', 'x3', recharge),
    command('RechargePoints', 'x4', '{', { name: 'sends what is no JSON' }),
    command('RechargePoints', 'x5', '{"points":1,"points":2}', { name: 'names a field twice' }),
    command('RechargePoints', 'x6', Buffer.from([0x22, 0xff, 0x22]), { name: 'is no UTF-8' }),
    command('RechargePoints', 'x7', recharge, { headers: { 'content-type': 'text/plain' } }),
    command('RechargePoints', 'x8', gzipSync(JSON.stringify(recharge)), {
      headers: { 'content-encoding': 'gzip' },
    }),
    command('RechargePoints', 'x9', JSON.stringify(recharge).padEnd(65_537, ' '), {
      name: 'sends too much',
    }),
    { name: 'asks for what is not there', path: '/nowhere' },
    { name: 'writes an address that is malformed', path: '/v1/%zz' },
    get(`/v1/users/${'x'.repeat(300)}/balance`),
    { name: 'deletes', method: 'DELETE', path: userPath('balance') },
    { name: 'gets a command', path: '/v1/commands/RechargePoints' },
    { name: 'asks for options', method: 'OPTIONS', path: userPath('balance') },
    { name: 'traces', method: 'TRACE', path: '/metrics' },
    get(userPath('balance'), auditor, { method: 'HEAD', name: 'asks for the headers of a read' }),
    { name: 'asks for the headers of the probe', method: 'HEAD', path: '/health/live' },
    { name: 'asks whether it lives', path: '/health/live' },
    { name: 'asks whether it is ready', path: '/health/ready' },
    { name: 'asks for the description', path: '/openapi.json', withoutBody: true },
    { name: 'asks for the metrics', path: '/metrics' },
    { name: 'asks for a page that was not built', path: '/' },
  );
  answers.push(
    await exchangeRaw(portOf(api), 'speaks no HTTP', 'hello\r\n\r\n'),
    await exchangeRaw(
      portOf(api),
      'names no host',
      'GET /health/live HTTP/1.1\r\nconnection: close\r\n\r\n',
    ),
    await exchangeRaw(portOf(api), 'opens a tunnel', 'CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n'),
    await exchangeRaw(
      portOf(api),
      'has too many headers',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
    ),
    await exchangeRaw(
      portOf(api),
      'expects what is not there',
      'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: x\r\n\r\n',
    ),
  );
  return answers;
}

describe('the API, compared with the recorded session', () => {
  const opened: { close(): Promise<void> }[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  async function open(options: TestApiOptions): Promise<TestApi> {
    const api = await openTestApi(options);
    opened.push(api);
    await api.app.listen(0, '127.0.0.1');
    return api;
  }

  /** The names of metrics are published; their help and their values are not compared. */
  const withoutMetricValues = (answers: Answers): Answers =>
    answers.map((answer) => {
      if (answer.request !== 'GET /metrics') return answer;
      const types = answer.body.split('\n').filter((line) => line.startsWith('# TYPE'));
      const headers: Record<string, string> = { ...answer.headers };
      delete headers['content-length'];
      return { ...answer, headers, body: types.sort().join('\n') };
    });

  async function onPostgres(): Promise<Answers> {
    const metrics = new Registry();
    const log = createLog({ app: 'api', level: 'silent' });
    const observer = createApiObserver(metrics, log, new StallDetector(SYSTEM_CLOCK, 60_000));
    const api = await openApiOnPostgres('api_session', { metrics, observer });
    opened.push(api);
    await api.api.app.listen(0, '127.0.0.1');
    return withoutMetricValues(await sessionOnPostgres(api));
  }

  async function ofAPage(): Promise<Answers> {
    const folder = mkdtempSync(join(tmpdir(), 'points-ledger-session-'));
    folders.push(folder);
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>用量明细</title>');
    writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'export {};');
    const origin = 'https://app.example.com';
    const api = await open({ parts: { pageFolder: folder }, corsOrigins: [origin] });
    return send(api, [
      { name: 'opens the page', path: '/' },
      { name: 'opens the page of auditors', path: '/audit' },
      { name: 'loads a file', path: '/assets/app-1a2b.js' },
      { name: 'loads a file that is not there', path: '/assets/none.js' },
      get(userPath('balance'), auditor, { name: 'reads from another origin', headers: { origin } }),
      get(userPath('balance?at=x'), auditor, { name: 'is refused there', headers: { origin } }),
      {
        name: 'asks before it reads',
        method: 'OPTIONS',
        path: userPath('balance'),
        headers: { origin, 'access-control-request-method': 'GET' },
      },
      get(userPath('balance'), auditor, {
        name: 'is not named',
        headers: { origin: 'https://x.y' },
      }),
    ]);
  }

  async function ofLimits(): Promise<Answers> {
    const rates = { userPerSecond: 0.2, servicePerSecond: 0.2, anonymousPerSecond: 0.2 };
    const streams = { streamsMax: 10, subjectStreamsMax: 0, pollMs: 10, heartbeatMs: 10_000 };
    const limited = await open({ parts: { rates } });
    limited.clock.standsAt = 0;
    const full = await open({ parts: { streams } });
    return [
      ...(await send(limited, [get(userPath('balance'), user), get(userPath('balance'), user)])),
      ...(await send(limited, [
        { name: 'has no token', path: userPath('balance') },
        { name: 'has no token again', path: userPath('balance') },
      ])),
      ...(await send(full, [
        get(userPath('transactions/stream'), user),
        get(userPath('transactions.csv')),
      ])),
    ];
  }

  async function ofSenders(): Promise<Answers> {
    const file = {
      senders: [
        { name: 'tts', subjects: ['tts'], types: ['ConsumePoints'], source_types: ['tts'] },
      ],
    };
    const parsed = parseSenders(JSON.stringify(file), {});
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    const senders = new Senders(new SenderDirectory(parsed.value));
    const api = await open({ parts: { senders } });
    const body = { user_id: ALICE, points: 5, source_type: 'script' };
    return send(api, [
      command('ConsumePoints', 'a', body, { name: 'is no sender' }),
      command('ConsumePoints', 'b', body, { as: { sub: 'tts' }, name: 'lacks a right' }),
    ]);
  }

  async function ofTrouble(): Promise<Answers> {
    const recharge = { user_id: ALICE, points: 1, expires_at: null };
    const lost = new MemoryEventStore({ faultOf: () => 'answer-lost' });
    const limits = { attemptMsMax: 50, retryMsMax: 0 };
    const commandProcessor = new AccountCommandProcessor({
      store: lost,
      settings: fixedSettings(),
      limits,
    });
    const unknown = await open({ store: lost, commandProcessor });
    const closing = await open({});
    await closing.commandProcessor.drain(100);
    const tables = new MemoryReadTables();
    const away = await open({ tables });
    tables.position = () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }));
    const brokenTables = new MemoryReadTables();
    const broken = await open({ tables: brokenTables });
    brokenTables.position = () => Promise.reject(new TypeError('x of undefined'));
    const damagedStore = new MemoryEventStore();
    const id = '00000000-0000-5000-8000-000000000001';
    const event = { id, type: 'PointsGranted', data: '{}', meta: '{}', hash: new Uint8Array(32) };
    await damagedStore.append(`points-${ALICE}`, -1, [event]);
    const damaged = await open({ store: damagedStore });
    return [
      ...(await send(unknown, [command('RechargePoints', 'unknown', recharge)])),
      ...(await send(closing, [command('RechargePoints', 'closing', recharge)])),
      ...(await send(away, [get(userPath('balance'))])),
      ...(await send(broken, [get(userPath('balance'))])),
      ...(await send(damaged, [
        get(userPath('events')),
        command('RechargePoints', 'on-damage', recharge),
      ])),
    ];
  }

  async function ofAParkedAccount(): Promise<Answers> {
    const tables = new MemoryReadTables();
    const log = new MemoryLog();
    const api = await open({ store: new MemoryEventStore({ log }), tables });
    await seedAccount(api);
    const before = await tables.position();
    log.writeUnreadable(`points-${ALICE}`);
    const page = await api.store.readAll(before, 100);
    if (page.next === null) throw new Error('nothing is there');
    await tables.write(before, { ...page, next: page.next });
    const position = await tables.position();
    await sendAccepted(api, 'RechargePoints', 'b', { user_id: BOB, points: 1, expires_at: null });
    const parked = (answers: Answers): Answers =>
      answers.map((answer) => ({
        ...answer,
        body: answer.body.replaceAll(/"since":"[^"]+"/g, '"since":"…"'),
      }));
    return parked(
      await send(api, [
        get(userPath('batches'), auditor, { name: 'reads a parked account' }),
        get(userPath('transactions.csv?type=recharge'), auditor, {
          name: 'exports a parked account',
        }),
        get(userPath(`balance?min_position=${position}`), auditor, {
          name: 'waits for it in vain',
        }),
      ]),
    );
  }

  it('answers every request as recorded', async () => {
    const answers = [
      ...(await onPostgres()),
      ...(await ofAPage()),
      ...(await ofLimits()),
      ...(await ofSenders()),
      ...(await ofTrouble()),
      ...(await ofAParkedAccount()),
    ];
    expect(answers).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')));
  });
});
