import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { eventually } from '#testing';
import {
  LedgerClient,
  LedgerReader,
  RefusedError,
  httpTransport,
  isInsufficientPoints,
  orThrow,
  type Command,
  type LiveEvent,
  type Transaction,
  type Transport,
} from '../../clients/typescript/src/index.js';
import { kafkaTransport } from '../../clients/typescript/src/kafka/index.js';
import { OutboxRelay, enqueue, migrateOutbox } from '../../clients/typescript/src/outbox/index.js';
import { partitionOf } from '../../clients/conformance/id-vectors.js';
import { RunningStack, type Ready } from '../product/running-stack.js';

// The client for TypeScript against the ledger as `npm start` runs it. Nothing here loads the ledger's own Kafka
// library: its patches would change how kafkajs reads for the client too.

const SUBJECT = 'demo-service';
const GROUP_PREFIX = 'e2e-client';
const RESTART_MS_MAX = 120_000;

const BUILT_CLIENT = join(import.meta.dirname, '../../dist/clients/typescript/src/index.js');

/** Opens a hold, tells so, and never ends. */
const HOLDING_PROGRAM = `
const { LedgerClient, httpTransport } = await import(${JSON.stringify(BUILT_CLIENT)});
const { connection, data } = JSON.parse(process.env.HOLD);
const client = new LedgerClient({ transport: httpTransport(connection) });
await client.hold(data);
console.log('held');
setInterval(() => undefined, 1_000);
`;

describe('The client for TypeScript', () => {
  const stack = new RunningStack();
  const opened: LedgerClient[] = [];
  let ready: Ready;
  let reader: LedgerReader;

  beforeAll(async () => {
    ready = await stack.start({ DEMO: 'off' });
    reader = new LedgerReader({ url: ready.api, token: ready.tokens.service });
  }, 180_000);

  afterEach(() => Promise.all(opened.splice(0).map((client) => client.close())));

  afterAll(async () => {
    expect(await stack.stop()).toBe(0);
    stack.remove();
  }, 60_000);

  const transports: Readonly<Record<'Kafka' | 'HTTP', () => Transport>> = {
    Kafka: () =>
      kafkaTransport({
        source: '/e2e',
        kafka: { brokers: [ready.kafka], clientId: 'e2e' },
        groupPrefix: GROUP_PREFIX,
      }),
    HTTP: () => httpTransport({ url: ready.api, token: ready.tokens.service, subject: SUBJECT }),
  };

  const kafka = (): Kafka => new Kafka({ brokers: [ready.kafka], logLevel: logLevel.NOTHING });

  function open(name: keyof typeof transports): LedgerClient {
    const client = new LedgerClient({ transport: transports[name](), reader });
    opened.push(client);
    return client;
  }

  describe.each(['Kafka', 'HTTP'] as const)('over %s', (name) => {
    async function fund(client: LedgerClient, points = 500): Promise<string> {
      const user_id = randomUUID();
      const recharge = { user_id, points, expires_at: null, source_id: 'order-1' };
      orThrow(await client.recharge(recharge));
      return user_id;
    }

    it('sends every command, and each is carried out once', async () => {
      const client = open(name);
      const user_id = randomUUID();
      const recharge = { user_id, points: 500, expires_at: null, recharge_id: 'order-1' };
      expect(await client.recharge(recharge)).toMatchObject({ status: 'accepted', balance: 500 });
      expect(await client.recharge(recharge)).toMatchObject({
        status: 'accepted',
        outcome: { replayed: true },
      });
      const script = { user_id, points: 20, source_type: 'script', source_id: 'task-1' };
      expect(await client.consume(script)).toMatchObject({ status: 'accepted', balance: 480 });
      const video = { user_id, points: 100, source_type: 'video', consumption_id: 'video-1' };
      orThrow(await client.consume({ ...video, settle_within: 600 }));
      const of = { user_id, consumption_id: 'video-1' };
      orThrow(await client.extend({ ...of, points: 20 }));
      expect(await client.settle({ ...of, points: 70, duration: 30.25 })).toMatchObject({
        balance: 410,
      });
      expect(await client.refund({ ...of, points: 30, reason: '生成失败' })).toMatchObject({
        balance: 440,
      });
      const order = { user_id, recharge_id: 'order-1' };
      orThrow(await client.reverse({ ...order, cause: 'chargeback' }));
      expect(await client.reinstate(order)).toMatchObject({ status: 'accepted', balance: 440 });
      expect(await client.expire({ user_id })).toMatchObject({ status: 'accepted', balance: 440 });
    });

    it('answers a refusal with its balance', async () => {
      const client = open(name);
      const user_id = await fund(client, 5);
      const result = await client.consume({ user_id, points: 6, source_type: 'script' });
      expect(isInsufficientPoints(result)).toBe(true);
      expect(result).toMatchObject({ status: 'refused', balance: 5 });
      const reused = { user_id, points: 1, source_type: 'script' };
      orThrow(await client.consume(reused, { id: 'one' }));
      expect(await client.consume({ ...reused, points: 2 }, { id: 'one' })).toMatchObject({
        status: 'refused',
        code: 'CommandIdReused',
      });
    });

    it('settles a hold, and cancels one that is left', async () => {
      const client = open(name);
      const user_id = await fund(client);
      const work = async (task: string, cost: number | null): Promise<void> => {
        const data = {
          user_id,
          points: 100,
          source_type: 'video',
          source_id: task,
          settle_within: 60,
        };
        await using hold = await client.hold(data);
        expect(
          await reader.balance(user_id, { min_position: hold.opened.outcome.position ?? '' }),
        ).toMatchObject({ held: 100 });
        if (cost === null) throw new Error('the work failed');
        await hold.settle({ points: cost });
      };
      await work('task-1', 130);
      await expect(work('task-2', null)).rejects.toThrow('the work failed');
      const last = orThrow(await client.expire({ user_id }, { task: 'look' }));
      expect(last.balance).toBe(370);
      const more = { user_id, points: 1_000, source_type: 'video', settle_within: 60 };
      await expect(client.hold(more)).rejects.toThrow(RefusedError);
    });

    it('keeps a hold open while its work goes on', async () => {
      const client = open(name);
      const user_id = await fund(client);
      const data = { user_id, points: 100, source_type: 'video', settle_within: 4 };
      const hold = await client.hold(data, { keepAlive: { forSecondsMax: 60 } });
      const min_position = hold.opened.outcome.position ?? '';
      const { value: row } = await reader.transactions(user_id, { min_position }).next();
      const openForMs = async (): Promise<number> => {
        const { consumption } = await reader.story(user_id, (row as Transaction).row_ref);
        if (consumption?.status !== 'open') throw new Error(`it is ${consumption?.status}`);
        return Number(consumption.settle_by) - Number(consumption.opened_at);
      };
      // Twice its time and more: it was extended three times.
      await eventually(async () => expect(await openForMs()).toBeGreaterThan(9_000), 20_000);
      expect(await hold.settle({ points: 30 })).toMatchObject({ status: 'accepted', balance: 470 });
    }, 60_000);

    it('tells after a restart what became of a command', async () => {
      const before = open(name);
      const user_id = await fund(before);
      const data = { user_id, points: 20, source_type: 'script', source_id: 'task-1' };
      const command = before.prepare('ConsumePoints', data);
      await before.publish(command);
      await before.close();
      const after = open(name);
      await eventually(async () => {
        const found = await after.outcome(command.id, { user_id });
        expect(found).toMatchObject({ status: 'accepted', balance: 480 });
      });
      const never = await after.outcome('never sent', { user_id });
      expect(never).toMatchObject({ status: 'unknown' });
    });

    it('carries a hundred commands at a time, in the order of each user', async () => {
      const client = open(name);
      const user_id = await fund(client, 5_050);
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, at) =>
          client.consume({ user_id, points: at + 1, source_type: 'script', source_id: `t-${at}` }),
        ),
      );
      expect(results.every(({ status }) => status === 'accepted')).toBe(true);
      expect(Math.min(...results.map((result) => orThrow(result).balance ?? -1))).toBe(0);
    });
  });

  it('leaves the hold of a process that is killed to its time-out, and the next one goes on with it', async () => {
    const client = open('HTTP');
    const user_id = randomUUID();
    orThrow(await client.recharge({ user_id, points: 500, expires_at: null }));
    const data = { user_id, points: 100, source_type: 'video', settle_within: 3 };
    const connection = { url: ready.api, token: ready.tokens.service, subject: SUBJECT };
    for (const task of ['left', 'settled']) {
      const killed = spawn(process.execPath, ['--input-type=module', '-e', HOLDING_PROGRAM], {
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          HOLD: JSON.stringify({ connection, data: { ...data, source_id: task } }),
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(killed.stdout, 'data');
      killed.kill('SIGKILL');
      await once(killed, 'close');
    }
    // The same task names the same hold, which is settled as if nothing had happened.
    const hold = await client.hold({ ...data, source_id: 'settled' });
    expect(hold.opened.outcome.replayed).toBe(true);
    orThrow(await hold.settle({ points: 30 }));
    // Another try of a settled task begins no work.
    expect(await client.tryHold({ ...data, source_id: 'settled' })).toMatchObject({
      status: 'refused',
      code: 'ConsumptionClosed',
    });
    await eventually(async () => {
      expect(orThrow(await client.expire({ user_id })).balance).toBe(470);
    }, 20_000);
  }, 60_000);

  it('loses and doubles nothing while the broker is killed and restarted', async () => {
    const client = open('Kafka');
    const user_id = randomUUID();
    orThrow(await client.recharge({ user_id, points: 500, expires_at: null }));
    let sent = 0;
    let isRestarted = false;
    const sendUntilRestarted = async (): Promise<void> => {
      // A few after it too, with which each caller hears from the broker that runs again.
      for (let last = 0; last < 3; last += isRestarted ? 1 : 0) {
        const data = { user_id, points: 1, source_type: 'script', source_id: `t-${sent++}` };
        const result = await client.consume(data, { timeoutMs: RESTART_MS_MAX });
        expect(result).toMatchObject({ status: 'accepted' });
      }
    };
    const sending = Promise.all([0, 1, 2, 3].map(sendUntilRestarted));
    await eventually(() => expect(sent).toBeGreaterThan(20));
    const file = join(stack.dataDir, 'kafka', 'broker.pid');
    process.kill(Number.parseInt(readFileSync(file, 'utf8'), 10), 'SIGKILL');
    await eventually(() => expect(stack.said).toContain('Kafka runs again'), RESTART_MS_MAX);
    isRestarted = true;
    await sending;
    expect(orThrow(await client.expire({ user_id })).balance).toBe(500 - sent);
  }, 300_000);

  it('leaves no consumer group and commits no offset', async () => {
    const client = open('Kafka');
    orThrow(await client.expire({ user_id: randomUUID() }));
    const admin = kafka().admin();
    await admin.connect();
    const own = async (): Promise<string[]> =>
      (await admin.listGroups()).groups
        .map(({ groupId }) => groupId)
        .filter((group) => group.startsWith(GROUP_PREFIX));
    const [group = ''] = await own();
    const topics = ['points.outcomes'];
    const [committed] = await admin.fetchOffsets({ groupId: group, topics });
    expect(committed?.partitions.every(({ offset }) => offset === '-1')).toBe(true);
    await client.close();
    expect(await own()).toEqual([]);
    await admin.disconnect();
  });

  it('writes a user into the partition that the Java client chooses', async () => {
    const client = open('Kafka');
    const users = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(users.map((user_id) => client.expire({ user_id }).then(orThrow)));
    const admin = kafka().admin();
    await admin.connect();
    const count = (await admin.fetchTopicOffsets('points.commands')).length;
    await admin.disconnect();
    expect(count).toBeGreaterThan(1);
    const found = new Map<string, number>();
    const consumer = kafka().consumer({ groupId: `e2e-reader-${randomUUID()}` });
    await consumer.connect();
    await consumer.subscribe({ topics: ['points.commands'], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        found.set(String(message.key), partition);
      },
    });
    await eventually(() => expect(users.every((user) => found.has(user))).toBe(true));
    await consumer.disconnect();
    expect(users.map((user) => found.get(user))).toEqual(
      users.map((user) => partitionOf(user, count)),
    );
  }, 60_000);

  it('reads pages, batches, usage, stories, quotes and live rows', async () => {
    const client = open('HTTP');
    const user_id = randomUUID();
    const heard: LiveEvent[] = [];
    const stop = new AbortController();
    orThrow(await client.recharge({ user_id, points: 300, expires_at: null, source_id: 'o-1' }));
    const listening = (async () => {
      for await (const event of reader.live(user_id, { after: '0', signal: stop.signal })) {
        heard.push(event);
      }
    })();
    let position: string | null = null;
    for (let at = 0; at < 120; at += 1) {
      const data = { user_id, points: 1, source_type: 'tts', source_id: `t-${at}`, duration: 1.5 };
      ({ position } = orThrow(await client.consume(data)).outcome);
    }
    const min_position = position ?? '';
    const rows: Transaction[] = [];
    for await (const row of reader.transactions(user_id, { min_position })) rows.push(row);
    expect(rows).toHaveLength(121);
    expect(rows[0]?.created_at).toBeInstanceOf(Date);
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted((a, b) => b - a));
    expect(await reader.balance(user_id)).toMatchObject({ balance: 180, held: 0, owed: 0 });
    const before = await reader.balance(user_id, { at: new Date(Date.now() - 3_600_000) });
    expect(before.balance).toBe(0);
    expect(await reader.batches(user_id)).toMatchObject([{ remaining: 180, expires_at: null }]);
    expect(await reader.usage(user_id, { group_by: 'source_type' })).toEqual([
      { source_type: 'tts', consumed: 120, refunded: 0, count: 120, duration: 180 },
    ]);
    const story = await reader.story(user_id, rows[0]?.row_ref ?? '');
    expect(story.consumption).toMatchObject({ status: 'closed', charged: 1 });
    expect(story.command.received_at).toBeInstanceOf(Date);
    await eventually(() =>
      expect(heard.filter(({ type }) => type === 'transaction')).toHaveLength(121),
    );
    stop.abort();
    await listening;
    expect(
      new Set(heard.flatMap((event) => (event.type === 'transaction' ? [event.id] : []))).size,
    ).toBe(121);
    await expect(reader.quote({ source_type: 'script' })).rejects.toMatchObject({
      status: 422,
      problem: 'no-price',
    });
  }, 60_000);

  it('publishes an outbox, in the transaction of the service', async () => {
    const client = open('Kafka');
    const user_id = randomUUID();
    const pool = new pg.Pool({ connectionString: stack.addresses().migration ?? '' });
    await pool.query('CREATE SCHEMA IF NOT EXISTS shop');
    await migrateOutbox(pool, 'shop.points_outbox');
    const commands: Command[] = Array.from({ length: 20 }, (_, at) =>
      client.prepare('RechargePoints', {
        ...{ user_id, points: 10, expires_at: null },
        source_id: `order-${at}`,
      }),
    );
    for (const command of commands) await enqueue(pool, command, 'shop.points_outbox');
    const relay = new OutboxRelay({
      pool,
      table: 'shop.points_outbox',
      publish: (command) => client.publish(command),
      rememberDays: 8,
      onAlarm: ({ msg }) => expect(msg).toBe('no alarm'),
    });
    relay.start();
    await eventually(async () => expect((await reader.balance(user_id)).balance).toBe(200));
    await relay.close();
    await pool.end();
  });
});
