import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, startKafkaBroker, type KafkaBroker } from '#embedded';
import { connectKafka, type KafkaConnection } from '../connection.js';
import { createCommandSource } from './kafka-command-source.js';
import type { ConsumeOptions } from './consume-options.js';
import {
  eventually,
  numberedValues,
  SHORT_LIMITS,
  RecordingHandler,
  START_MS_MAX,
  withAdmin,
} from '../testing/test-kafka.js';
import type { OffsetJump } from './offset-jump-detector.js';
import { OutcomeProducer } from '../producer/outcome-producer.js';
import type { CommandSource } from '../ports.js';

describe('when Kafka', () => {
  let dataDir: string;
  let ports: { port: number; controllerPort: number };
  let broker: KafkaBroker;
  let connection: KafkaConnection;
  const sources: CommandSource[] = [];

  const start = () => startKafkaBroker({ dataDir, heapMb: 192, ...ports });

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'points-ledger-kafka-'));
    const [port = 0, controllerPort = 0] = await freePorts(2);
    ports = { port, controllerPort };
    broker = await start();
    connection = connectKafka({ brokers: broker.brokers, clientId: 'test', requestMsMax: 3_000 });
  }, START_MS_MAX);
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.stop()));
  });
  afterAll(async () => {
    await broker.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function consume(
    topic: string,
    received: RecordingHandler,
    options: Partial<ConsumeOptions> = {},
  ): Promise<CommandSource> {
    const source = createCommandSource(connection, {
      topic,
      groupId: `group-of-${topic}`,
      onFatal: (cause) => {
        throw new Error('fatal', { cause });
      },
      ...options,
      limits: { ...SHORT_LIMITS, ...options.limits },
    });
    sources.push(source);
    await source.start(received);
    return source;
  }

  const createTopic = (topic: string) =>
    withAdmin(connection, async (admin) => {
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
    });

  /** Sends again until it is acknowledged, as the intake does. */
  async function sendUntilAcknowledged(
    producer: OutcomeProducer,
    topic: string,
    value: string,
  ): Promise<void> {
    await eventually(() => producer.send([{ topic, key: 'k', value }]), 60_000);
  }

  const inOrderOfFirst = (values: readonly string[]) => [...new Set(values)];

  it.each(['killed', 'stopped'] as const)(
    'was %s and has started again, every message is delivered in order',
    async (how) => {
      const topic = `broker-${how}`;
      await createTopic(topic);
      const received = new RecordingHandler();
      const jumps: OffsetJump[] = [];
      await consume(topic, received, { observer: { offsetJumped: (jump) => jumps.push(jump) } });
      const producer = new OutcomeProducer(connection);
      const values = numberedValues(60);
      const sending = (async () => {
        for (const value of values) await sendUntilAcknowledged(producer, topic, value);
      })();
      await eventually(() => expect(received.values.length).toBeGreaterThan(5));
      await (how === 'killed' ? broker.kill() : broker.stop());
      broker = await start();
      await sending;
      await eventually(() => expect(inOrderOfFirst(received.values)).toEqual(values), 60_000);
      await producer.close();
      expect(jumps).toEqual([]);
    },
  );

  it('stalls for longer than a request may take, what is sent meanwhile is delivered afterwards', async () => {
    const topic = 'standing-still';
    await createTopic(topic);
    const received = new RecordingHandler();
    await consume(topic, received);
    const producer = new OutcomeProducer(connection);
    await sendUntilAcknowledged(producer, topic, 'before');
    await eventually(() => expect(received.values).toEqual(['before']));
    broker.pause();
    await expect(producer.send([{ topic, key: 'k', value: 'after' }])).rejects.toThrow('timed out');
    const sending = sendUntilAcknowledged(producer, topic, 'after');
    broker.resume();
    await sending;
    await eventually(
      () => expect(inOrderOfFirst(received.values)).toEqual(['before', 'after']),
      60_000,
    );
    await producer.close();
  });

  it('has deleted unread messages, an alarm names the jump and the rest is delivered', async () => {
    const topic = 'deleted-unread';
    await createTopic(topic);
    const producer = new OutcomeProducer(connection);
    for (const value of numberedValues(3)) await sendUntilAcknowledged(producer, topic, value);
    const first = new RecordingHandler();
    const source = await consume(topic, first);
    await eventually(() => expect(first.values).toEqual(numberedValues(3)));
    await source.stop();
    for (const value of ['lost', 'kept']) await sendUntilAcknowledged(producer, topic, value);
    await withAdmin(connection, async (admin) => {
      // kafkajs has metadata only of topics that were used before.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
    });
    const jumps: OffsetJump[] = [];
    const second = new RecordingHandler();
    await consume(topic, second, { observer: { offsetJumped: (jump) => jumps.push(jump) } });
    await eventually(() => expect(second.values).toEqual(['kept']));
    expect(jumps).toEqual([{ partition: 0, kind: 'out-of-range', expected: null, found: null }]);
    await producer.close();
  });

  it('has created the topic again, an alarm is raised and it is delivered from its beginning', async () => {
    const topic = 'made-anew';
    await createTopic(topic);
    const producer = new OutcomeProducer(connection);
    for (const value of numberedValues(5, 'old'))
      await sendUntilAcknowledged(producer, topic, value);
    const received = new RecordingHandler();
    const jumps: OffsetJump[] = [];
    await consume(topic, received, { observer: { offsetJumped: (jump) => jumps.push(jump) } });
    await eventually(() => expect(received.values).toEqual(numberedValues(5, 'old')));
    await withAdmin(connection, (admin) => admin.deleteTopics({ topics: [topic] }));
    await eventually(() => createTopic(topic));
    for (const value of numberedValues(3, 'new'))
      await sendUntilAcknowledged(producer, topic, value);
    await eventually(
      () =>
        expect(inOrderOfFirst(received.values)).toEqual([
          ...numberedValues(5, 'old'),
          ...numberedValues(3, 'new'),
        ]),
      60_000,
    );
    expect(jumps.length).toBeGreaterThan(0);
    await producer.close();
  });

  it('has no such topic, the consumer does not start', async () => {
    await expect(consume('no-such-topic', new RecordingHandler())).rejects.toThrow(
      /does not host this topic-partition/,
    );
  });

  it('can not be reached, the consumer does not start', async () => {
    const [port = 0] = await freePorts(1);
    const nowhere = connectKafka({
      brokers: [`127.0.0.1:${port}`],
      clientId: 'test',
      retry: { retries: 1 },
    });
    const source = createCommandSource(nowhere, { topic: 't', groupId: 'g', onFatal: () => {} });
    sources.push(source);
    await expect(source.start(new RecordingHandler())).rejects.toThrow(/ECONNREFUSED/);
    await expect(new OutcomeProducer(nowhere).connect()).rejects.toThrow(/ECONNREFUSED/);
  });

  it('refuses the consumer for good, the process is told to end', async () => {
    const topic = 'refused';
    await createTopic(topic);
    const fatal: unknown[] = [];
    const crashes: boolean[] = [];
    // The broker allows no session as short as this.
    await consume(topic, new RecordingHandler(), {
      onFatal: (cause) => fatal.push(cause),
      observer: { crashed: (_, restarts) => crashes.push(restarts) },
      limits: { sessionMs: 1_000, heartbeatMs: 200 },
    });
    await eventually(() => expect(fatal).toHaveLength(1));
    expect(String(fatal[0])).toMatch(/session timeout/);
    expect(crashes).toEqual([false]);
  });
});
