import { setTimeout as wait } from 'node:timers/promises';
import { KafkaConnection, removeIdlePatch } from './connection.js';
import { createCommandSource } from './consumer/kafka-command-source.js';
import { patchIdleRequestQueue } from './kafkajs-patches/idle-patch.js';
import {
  eventually,
  keyPerPartition,
  numberedValues,
  SHORT_LIMITS,
  RecordingHandler,
  START_MS_MAX,
  startTestKafka,
  withAdmin,
  type TestKafka,
} from './testing/test-kafka.js';
import { OutcomeProducer } from './producer/outcome-producer.js';
import { ensureTopics, ledgerTopics } from './topics.js';

const DAY_MS = 86_400_000;
let kafka: TestKafka;

beforeAll(async () => {
  kafka = await startTestKafka();
}, START_MS_MAX);
afterAll(() => kafka.close());

async function read(topic: string, count: number): Promise<RecordingHandler> {
  const received = new RecordingHandler();
  const source = createCommandSource(kafka.connection, {
    topic,
    groupId: `reader-of-${topic}-${count}`,
    limits: SHORT_LIMITS,
    onFatal: (cause) => {
      throw new Error('fatal', { cause });
    },
  });
  await source.start(received);
  await eventually(() => expect(received.messages.length).toBeGreaterThanOrEqual(count));
  await source.stop();
  return received;
}

describe('the outcome producer', () => {
  /** Counts the produce requests. */
  class CountingConnection extends KafkaConnection {
    produceRequests = 0;
    override producer(config: Parameters<KafkaConnection['producer']>[0]) {
      const producer = super.producer(config);
      producer.on(producer.events.REQUEST, ({ payload }) => {
        if (payload.apiName === 'Produce') this.produceRequests++;
      });
      return producer;
    }
  }

  it('keeps the order of each caller and sends the messages of many in few requests', async () => {
    await kafka.createTopic('gathered', 3);
    const connection = new CountingConnection({ brokers: kafka.broker.brokers, clientId: 'test' });
    const producer = new OutcomeProducer(connection);
    await Promise.all(
      numberedValues(50, 'user').map(async (key) => {
        for (const value of numberedValues(40)) {
          await producer.send([{ topic: 'gathered', key, value, headers: { h: 'v' } }]);
        }
      }),
    );
    await producer.close();
    const received = await read('gathered', 2_000);
    for (const user of numberedValues(50, 'user')) {
      const own = received.messages.filter(({ key }) => String(key) === user);
      expect(own.map(({ value }) => String(value))).toEqual(numberedValues(40));
    }
    expect(received.messages).toHaveLength(2_000);
    expect(connection.produceRequests).toBeLessThan(200);
  });

  it('makes callers wait instead of queueing everything, and loses nothing', async () => {
    await kafka.createTopic('bounded');
    const producer = new OutcomeProducer(kafka.connection, {
      limits: { queuedItemsMax: 10, batchItemsMax: 5 },
    });
    const values = numberedValues(200);
    await Promise.all(
      values.map((value) => producer.send([{ topic: 'bounded', key: 'k', value }])),
    );
    await producer.close();
    expect((await read('bounded', 200)).values).toEqual(values);
  });

  it('sends the largest message of a topic, and rejects a larger one without failing others', async () => {
    await kafka.createTopic('large', 1, { 'max.message.bytes': '2097152' });
    const producer = new OutcomeProducer(kafka.connection);
    const send = (value: string) => producer.send([{ topic: 'large', key: 'k', value }]);
    await send('x'.repeat(1_500_000));
    const results = await Promise.allSettled([
      send('a'),
      send('b'),
      send('y'.repeat(3e6)),
      send('c'),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    await producer.close();
    const received = await read('large', 4);
    expect(received.values.slice(1).sort()).toEqual(['a', 'b', 'c']);
  });

  it('sends the replacement of a message that is too large for its topic', async () => {
    await kafka.createTopic('stand-in', 1, { 'max.message.bytes': '10000' });
    const producer = new OutcomeProducer(kafka.connection);
    const [topic, key] = ['stand-in', 'k'];
    const ifTooLarge = { topic, key, value: 'small' };
    await producer.send([
      { topic, key, value: 'first' },
      { topic, key, value: 'x'.repeat(20_000), ifTooLarge },
      { topic, key, value: 'last' },
    ]);
    await producer.close();
    expect((await read(topic, 3)).values).toEqual(['first', 'small', 'last']);
  });

  it('passes headers on unchanged, including repeated and empty ones', async () => {
    await kafka.createTopic('headers');
    const headers = { one: Buffer.from('1'), empty: Buffer.alloc(0), two: [Buffer.from('a'), 'b'] };
    const producer = new OutcomeProducer(kafka.connection);
    await producer.send([{ topic: 'headers', key: Buffer.from('k'), value: 'v', headers }]);
    const [first] = (await read('headers', 1)).messages;
    await producer.send([
      { topic: 'headers', key: first?.key ?? null, value: 'again', headers: first?.headers ?? {} },
    ]);
    await producer.close();
    const [, again] = (await read('headers', 2)).messages;
    expect(again?.headers).toEqual({
      one: Buffer.from('1'),
      empty: Buffer.alloc(0),
      two: [Buffer.from('a'), Buffer.from('b')],
    });
  });

  it('rejects while a topic is missing, and sends once it exists', async () => {
    const producer = new OutcomeProducer(
      new KafkaConnection({
        brokers: kafka.broker.brokers,
        clientId: 'test',
        retry: { retries: 1, initialRetryTime: 50, maxRetryTime: 50 },
      }),
    );
    const send = () => producer.send([{ topic: 'late', key: 'k', value: 'v' }]);
    await expect(send()).rejects.toThrow();
    await kafka.createTopic('late');
    await send();
    await producer.close();
    expect((await read('late', 1)).values).toEqual(['v']);
  });
});

describe('the topics', () => {
  const names = { commands: 'points.commands', outcomes: 'points.outcomes', dead: 'points.dead' };
  const plans = ledgerTopics({ names, partitions: 4, replicas: 1, rememberDays: 8 });

  it('are created as planned when they are missing, also by two processes at once', async () => {
    const both = await Promise.all([
      ensureTopics(kafka.connection, plans),
      ensureTopics(kafka.connection, plans),
    ]);
    expect(both).toEqual([[], []]);
    const description = await withAdmin(kafka.connection, (admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: names.commands }],
      }),
    );
    const config = new Map(
      description.resources[0]?.configEntries.map(({ configName, configValue }) => [
        configName,
        configValue,
      ]),
    );
    expect(config.get('message.timestamp.type')).toBe('LogAppendTime');
    expect(config.get('cleanup.policy')).toBe('delete');
    expect(Number(config.get('retention.ms'))).toBe(7 * DAY_MS);
  });

  it('are not changed when they exist with other settings, and cause warnings', async () => {
    const other = { commands: 'old.commands', outcomes: 'old.outcomes', dead: 'old.dead' };
    await kafka.createTopic(other.commands, 2, { 'retention.ms': String(30 * DAY_MS) });
    const warnings = await ensureTopics(
      kafka.connection,
      ledgerTopics({ names: other, partitions: 4, replicas: 1, rememberDays: 8 }),
    );
    expect(warnings.map(({ topic, setting, found }) => [topic, setting, found])).toEqual([
      ['old.commands', 'message.timestamp.type', 'CreateTime'],
      ['old.commands', 'retention.ms', String(30 * DAY_MS)],
      ['old.commands', 'partitions', '2'],
    ]);
  });

  it('date a message by the clock of the broker, whatever its producer says', async () => {
    const producer = kafka.connection.producer({});
    await producer.connect();
    await producer.send({
      topic: names.commands,
      messages: [{ key: 'k', value: 'v', timestamp: '1000000000000' }],
    });
    await producer.disconnect();
    const [message] = (await read(names.commands, 1)).messages;
    expect(Math.abs((message?.timestampMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });
});

describe('partitions that are added later', () => {
  it('are read from their beginning, though keys move to other partitions', async () => {
    await kafka.createTopic('grown', 1);
    const received = new RecordingHandler();
    const joined: (readonly number[])[] = [];
    const source = createCommandSource(
      // kafkajs refreshes metadata every five minutes; a joining member makes all members refresh it.
      kafka.connection,
      {
        topic: 'grown',
        groupId: 'grown',
        limits: SHORT_LIMITS,
        onFatal: (cause) => {
          throw new Error('fatal', { cause });
        },
        observer: { joined: (partitions) => joined.push(partitions) },
      },
    );
    await source.start(received);
    const [, second = ''] = keyPerPartition(2);
    await kafka.publish('grown', second, ['before']);
    await eventually(() => expect(received.values).toEqual(['before']));
    await withAdmin(kafka.connection, (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: 'grown', count: 2 }] }),
    );
    await source.stop();
    const drained = new RecordingHandler();
    const after = createCommandSource(kafka.connection, {
      topic: 'grown',
      groupId: 'grown',
      limits: SHORT_LIMITS,
      onFatal: () => {},
    });
    await after.start(drained);
    const producer = new OutcomeProducer(kafka.connection);
    await producer.send([{ topic: 'grown', key: second, value: 'after' }]);
    await producer.close();
    await eventually(() => expect(drained.values).toEqual(['after']));
    expect(drained.messages[0]?.partition).toBe(1);
    await after.stop();
  });
});

describe('an idle connection', () => {
  /** Calls of setTimeout a second, by an idle consumer and an idle producer. */
  async function timerCallsPerSecond(): Promise<number> {
    const topic = `idle-${performance.now()}`;
    await kafka.createTopic(topic);
    const source = createCommandSource(kafka.connection, {
      topic,
      groupId: topic,
      onFatal: () => {},
    });
    await source.start(new RecordingHandler());
    const producer = new OutcomeProducer(kafka.connection);
    await producer.send([{ topic, key: 'k', value: 'v' }]);
    const original = globalThis.setTimeout;
    let calls = 0;
    globalThis.setTimeout = ((...args: Parameters<typeof original>) => {
      calls++;
      return original(...args);
    }) as typeof original;
    const measuredMs = 2_000;
    await wait(measuredMs);
    globalThis.setTimeout = original;
    await producer.close();
    await source.stop();
    return calls / (measuredMs / 1000);
  }

  it('sets few timers, and hundreds a second without the patch', async () => {
    const patched = await timerCallsPerSecond();
    removeIdlePatch();
    const unpatched = await timerCallsPerSecond();
    patchIdleRequestQueue();
    expect(patched).toBeLessThan(30);
    // When this fails, kafkajs has fixed it and the patch can be deleted.
    expect(unpatched).toBeGreaterThan(300);
  });
});
