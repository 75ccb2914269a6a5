import { EventStoreDBClient } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { transactionsPage, type CommandBody, type CommandOutcome } from '#contracts';
import { EventStoreDbProtocolServer, eventuallyHolds, eventStoreUrlFromEnv } from '#testing';
import { LedgerClient } from '../../stack/src/ledger-client.js';
import { RunningStack, type Ready } from './running-stack.js';

// The same product on the other store. The server is a test double of EventStoreDB that implements its
// protocol over real gRPC; TEST_EVENTSTORE_URL names a real one instead.

describe('The product on EventStoreDB', () => {
  const stack = new RunningStack();
  let server: EventStoreDbProtocolServer | null = null;
  let address = '';
  let ready: Ready;
  /** Null when there is no Kafka on this machine, which the start reports. */
  let client: LedgerClient | null = null;

  beforeAll(async () => {
    const named = eventStoreUrlFromEnv();
    if (named === null) server = await EventStoreDbProtocolServer.start();
    address = named ?? server?.connectionString ?? '';
    ready = await stack.start({ EVENT_STORE: address, DEMO: 'off' });
    if (ready.kafka) client = await LedgerClient.connect([ready.kafka], '/e2e');
  });

  afterAll(async () => {
    await client?.close();
    expect(await stack.stop()).toBe(0);
    await server?.stop();
    stack.remove();
  });

  const get = (path: string): Promise<Response> =>
    fetch(`${ready.api}${path}`, {
      headers: { authorization: `Bearer ${ready.tokens.auditor}` },
    });

  /** Sends a command over HTTP, which works without Kafka. */
  async function post({ type, data }: CommandBody, key: string): Promise<CommandOutcome> {
    const response = await fetch(`${ready.api}/v1/commands/${type}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ready.tokens.service}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(data),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as CommandOutcome;
  }
  const send = (body: CommandBody, id: string): Promise<CommandOutcome> =>
    client === null ? post(body, id) : client.send(body, id);

  it('executes a command over HTTP once, and shows its row', async () => {
    const user_id = randomUUID();
    const body: CommandBody = {
      type: 'RechargePoints',
      data: { user_id, points: 70, expires_at: null },
    };
    const first = await post(body, `order-of-${user_id}`);
    expect(first).toMatchObject({ status: 'accepted', balance: 70, replayed: false });
    const again = await post(body, `order-of-${user_id}`);
    expect(again).toEqual({ ...first, replayed: true });
    const page = await get(`/v1/users/${user_id}/transactions?min_position=${first.position}`);
    expect(transactionsPage.parse(await page.json()).items).toHaveLength(1);
  });

  it('executes a command of each kind, from the message to the row', async () => {
    const user_id = randomUUID();
    const consumption_id = 'film';
    const bodies: CommandBody[] = [
      { type: 'RechargePoints', data: { user_id, points: 500, expires_at: null } },
      {
        type: 'ConsumePoints',
        data: { user_id, points: 100, source_type: 'tts', settle_within: 60, consumption_id },
      },
      { type: 'SettleConsumption', data: { user_id, consumption_id, points: 70, duration: 3.5 } },
      { type: 'RefundPoints', data: { user_id, consumption_id, points: 20 } },
      { type: 'ExpirePoints', data: { user_id } },
    ];
    const outcomes = [];
    for (const [index, body] of bodies.entries()) {
      outcomes.push(await send(body, `c${index}-${user_id}`));
    }
    expect(outcomes.map(({ status, balance }) => [status, balance])).toEqual([
      ['accepted', 500],
      ['accepted', 400],
      ['accepted', 430],
      ['accepted', 450],
      ['accepted', 450],
    ]);
    const again = await send(bodies[3] as CommandBody, `c3-${user_id}`);
    expect(again).toMatchObject({ status: 'accepted', balance: 450, replayed: true });
    const position = outcomes[3]?.position ?? '';
    const page = await get(`/v1/users/${user_id}/transactions?min_position=${position}`);
    expect(page.status).toBe(200);
    const { items } = transactionsPage.parse(await page.json());
    expect(items.map(({ type, amount, duration }) => [type, amount, duration])).toEqual([
      ['refund', 20, null],
      ['refund', 30, null],
      ['consume', 100, 3.5],
      ['recharge', 500, null],
    ]);
    const events = await (await get(`/v1/users/${user_id}/events`)).json();
    expect(events).toMatchObject({
      items: [{ revision: 0, type: 'PointsRecharged' }, {}, {}, {}, {}],
    });
  });

  it('parks the account of a deleted stream, and all others continue', async () => {
    const [sick, well] = [randomUUID(), randomUUID()];
    const recharge = (user_id: string, n: number) =>
      send(
        { type: 'RechargePoints', data: { user_id, points: 50, expires_at: null } },
        `${n}-${user_id}`,
      );
    const before = await recharge(sick, 1);
    await recharge(well, 1);
    expect((await get(`/v1/users/${sick}/balance?min_position=${before.position}`)).status).toBe(
      200,
    );
    // The parameter is the adapter's own, and the client would reject it.
    const [, prefix = ''] = /streamPrefix=([^&]*)/i.exec(address) ?? [];
    const admin = EventStoreDBClient.connectionString(
      address.replace(/[?&]streamPrefix=[^&]*$/i, ''),
    );
    await admin.tombstoneStream(`${prefix}points-${sick}`);
    await admin.dispose();
    const after = await recharge(well, 2);
    const balance = await get(`/v1/users/${well}/balance?min_position=${after.position}`);
    expect(await balance.json()).toMatchObject({ balance: 100 });
    await eventuallyHolds('the account is parked', async () => {
      const answer = (await (await get(`/v1/users/${sick}/balance`)).json()) as object;
      return 'parked' in answer;
    });
    expect(await (await get(`/v1/users/${sick}/balance`)).json()).toMatchObject({
      balance: 50,
      parked: { code: 'stream-deleted' },
    });
    const waiting = await get(`/v1/users/${sick}/balance?min_position=${after.position}`);
    expect(waiting.status).toBe(409);
    const command = await fetch(`${ready.api}/v1/commands/ExpirePoints`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ready.tokens.service}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify({ user_id: sick }),
    });
    expect(await command.json()).toMatchObject({
      type: 'urn:points-ledger:problem:account-damaged',
    });
    expect((await get('/health/ready')).status).toBe(200);
  });
});
