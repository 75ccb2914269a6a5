import { commandOutcome, type CommandOutcome } from '#contracts';
import { AccountCommandProcessor } from '#commands';
import { MemoryEventStore } from '#event-store/testing';
import { commandIdOf } from '#identity';
import { DEFAULT_POLICY, type RulesNumber } from '#ledger';
import { fixedSettings } from '#settings/testing';
import {
  ALICE,
  BOB,
  bearer,
  openTestApi,
  read,
  sendAccepted,
  type TestApi,
  type TokenClaims,
} from '../testing/api-fixture.js';

const opened: TestApi[] = [];
afterEach(() => Promise.all(opened.splice(0).map((api) => api.close())));

async function openApi(options: Parameters<typeof openTestApi>[0] = {}): Promise<TestApi> {
  const api = await openTestApi(options);
  opened.push(api);
  return api;
}

const addressOf = (id: string, user = ALICE, source = 'api:billing'): string =>
  `/v1/outcomes?${new URLSearchParams({
    user_id: user,
    command_source: source,
    command_id: id,
  }).toString()}`;

async function send(api: TestApi, type: string, id: string, body: object) {
  const headers = { ...(await bearer()), 'idempotency-key': id };
  return api.app.inject({ method: 'POST', url: `/v1/commands/${type}`, headers, payload: body });
}

const recharge = { user_id: ALICE, points: 100, expires_at: null };
const consume = (points: number, more: object = {}) => ({
  ...{ user_id: ALICE, points, source_type: 'video' },
  ...more,
});

describe.each([1, 2] as const)('The outcome of a command by rules %i', (rules: RulesNumber) => {
  it('is what its repeat is answered, whatever it was', async () => {
    const api = await openApi({ settings: { rules } });
    const named = { consumption_id: 'video-1', settle_within: 60 };
    const sent: readonly (readonly [string, string, object])[] = [
      ['RechargePoints', 'r1', recharge],
      ['ConsumePoints', 'c1', consume(30)],
      ['ConsumePoints', 'c2', consume(50, named)],
      ['SettleConsumption', 's2', { user_id: ALICE, consumption_id: 'video-1', points: 20 }],
      ['RefundPoints', 'f2', { user_id: ALICE, consumption_id: 'video-1', points: 5 }],
      ['ConsumePoints', 'c3', consume(1_000)],
      ['SettleConsumption', 's3', { user_id: ALICE, consumption_id: 'unknown', points: 1 }],
    ];
    for (const [type, id, body] of sent) await send(api, type, id, body);
    for (const [type, id, body] of sent) {
      const answer = await read(api, addressOf(id));
      const repeat = (await send(api, type, id, body)).json<object>();
      const outcome = 'outcome' in repeat ? repeat.outcome : repeat;
      expect([id, answer.statusCode, answer.json()]).toEqual([id, 200, outcome]);
      expect(commandOutcome.safeParse(answer.json())).toMatchObject({ success: true });
    }
  });
});

describe('The outcome of a command', () => {
  it('of rules 2 tells the recharge that it was about', async () => {
    const api = await openApi({ settings: { rules: 2 } });
    await send(api, 'RechargePoints', 'r1', { ...recharge, recharge_id: 'order-1' });
    const reversal = { user_id: ALICE, recharge_id: 'order-1', cause: 'chargeback' };
    await send(api, 'ReverseRecharge', 'v1', reversal);
    expect((await read(api, addressOf('v1'))).json()).toMatchObject({
      status: 'accepted',
      recharge_id: 'order-1',
      consumption_id: null,
      points: 100,
      replayed: true,
    });
  });

  it('takes a user id in any case, and another sender has commands of its own', async () => {
    const api = await openApi();
    await sendAccepted(api, 'RechargePoints', 'r1', recharge);
    const found = await read(api, addressOf('r1', ALICE.toUpperCase()));
    expect(found.json<CommandOutcome>().user_id).toBe(ALICE);
    const others = [addressOf('r1', BOB), addressOf('r1', ALICE, '/billing'), addressOf('R1')];
    for (const other of others) {
      const { statusCode, headers } = await read(api, other);
      expect(statusCode).toBe(404);
      expect(headers['content-type']).toMatch('application/problem+json');
    }
  });

  it('is 404 once the account has forgotten the command', async () => {
    const policy = { ...DEFAULT_POLICY, rememberMin: 1, rememberMax: 2, rememberDays: 8 };
    const api = await openApi({ policy });
    for (const id of ['a', 'b', 'c']) await sendAccepted(api, 'RechargePoints', id, recharge);
    expect((await read(api, addressOf('a'))).statusCode).toBe(404);
    expect((await read(api, addressOf('c'))).statusCode).toBe(200);
  });

  it('of events that were recorded before commands were kept shows what the events show', async () => {
    const store = new MemoryEventStore();
    const settings = fixedSettings();
    const commandProcessor = new AccountCommandProcessor({ store, settings });
    const api = await openApi({ store, commandProcessor });
    const header = (id: string) => ({
      ...{ userId: ALICE, source: 'api:billing', id, digest: 'd'.repeat(64) },
      ...{ commandId: commandIdOf(ALICE, 'api:billing', id), at: '2030-06-01T00:00:00.000Z' },
    });
    // An origin without data is that of an older process.
    const origin = { correlation: 'old' };
    await commandProcessor.run(
      {
        ...{ type: 'RechargePoints', points: 10, expiresAt: null, priority: 50, sourceId: null },
        ...{ rechargeId: null, ...header('r1') },
      },
      origin,
    );
    const held = { quantity: null, settleWithin: null, overrun: null, onTimeout: null };
    for (const [id, points] of [
      ['c1', 4],
      ['c2', 40],
    ] as const) {
      await commandProcessor.run(
        {
          ...{ type: 'ConsumePoints', points, sourceType: 'script', sourceId: null },
          ...{ duration: null, consumptionId: `consumption of ${id}`, ...held, ...header(id) },
        },
        origin,
      );
    }
    expect((await read(api, addressOf('r1'))).json()).toMatchObject({
      command_type: 'RechargePoints',
      balance: 10,
      recharge_id: commandIdOf(ALICE, 'api:billing', 'r1'),
    });
    expect((await read(api, addressOf('c1'))).json()).toMatchObject({
      status: 'accepted',
      consumption_id: 'consumption of c1',
      balance: 6,
    });
    expect((await read(api, addressOf('c2'))).json()).toMatchObject({
      status: 'refused',
      code: 'InsufficientPoints',
      balance: 6,
    });
  });

  it.each<[string, TokenClaims, number]>([
    ['a service', { sub: 'any', roles: ['service'] }, 200],
    ['an auditor', { roles: ['auditor'] }, 200],
    ['an admin', { roles: ['admin'] }, 200],
    ['the user', { sub: ALICE, roles: ['user'] }, 200],
    ['another user', { sub: BOB, roles: ['user'] }, 403],
  ])('is told by the right to read the account: %s', async (_, claims, status) => {
    const api = await openApi();
    await sendAccepted(api, 'RechargePoints', 'r1', recharge);
    expect((await read(api, addressOf('r1'), claims)).statusCode).toBe(status);
  });

  it('names every parameter that is missing, invalid or unknown', async () => {
    const api = await openApi();
    const url = '/v1/outcomes?user_id=alice&command_id=&colour=red';
    const response = await read(api, url);
    expect(response.statusCode).toBe(400);
    const { errors } = response.json<{ errors: { field: string }[] }>();
    expect(errors.map(({ field }) => field).sort()).toEqual([
      'colour',
      'command_id',
      'command_source',
      'user_id',
    ]);
    expect((await api.app.inject({ url })).statusCode).toBe(401);
  });
});
