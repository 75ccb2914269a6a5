import { randomUUID } from 'node:crypto';
import { transactionsPage, type CommandBody } from '#contracts';
import { EventStoreDbProtocolServer } from '#testing';
import { LedgerClient } from '../../stack/src/ledger-client.js';
import { RunningStack, type Ready } from './running-stack.js';

// The same product on the other store. The server is a double of EventStoreDB that speaks its
// protocol over real gRPC; TEST_EVENTSTORE_URL names a real one instead.

describe('The product on EventStoreDB', () => {
  const stack = new RunningStack();
  let server: EventStoreDbProtocolServer | null = null;
  let ready: Ready;
  let client: LedgerClient;

  beforeAll(async () => {
    const named = process.env['TEST_EVENTSTORE_URL'];
    if (!named) server = await EventStoreDbProtocolServer.start();
    const address = named ?? server?.connectionString ?? '';
    ready = await stack.start({ EVENT_STORE: address, DEMO: 'off' });
    client = await LedgerClient.connect([ready.kafka], '/e2e');
  }, 180_000);

  afterAll(async () => {
    await client.close();
    expect(await stack.stop()).toBe(0);
    await server?.stop();
    stack.remove();
  }, 60_000);

  const get = (path: string): Promise<Response> =>
    fetch(`${ready.api}${path}`, {
      headers: { authorization: `Bearer ${ready.tokens.auditor}` },
    });

  it('carries out a command of each kind, from the message to the row', async () => {
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
    for (const [index, body] of bodies.entries())
      outcomes.push(await client.send(body, `c${index}`));
    expect(outcomes.map(({ status, balance }) => [status, balance])).toEqual([
      ['accepted', 500],
      ['accepted', 400],
      ['accepted', 430],
      ['accepted', 450],
      ['accepted', 450],
    ]);
    const again = await client.send(bodies[3] as CommandBody, 'c3');
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
  }, 60_000);
});
