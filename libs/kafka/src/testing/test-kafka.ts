import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Partitioners, type PartitionMetadata } from 'kafkajs';
import { startKafkaBroker, type KafkaBroker, type KafkaBrokerOptions } from '#embedded';
import { connectKafka, type KafkaConnection } from '../connection.js';
import { createCommandSource } from '../consumer/kafka-command-source.js';
import type { ConsumeLimits, ConsumeOptions } from '../consumer/consume-options.js';
import { OutcomeProducer } from '../producer/outcome-producer.js';
import type {
  CommandSource,
  HandleResult,
  IncomingMessage,
  IncomingMessages,
  MessageHandler,
} from '../ports.js';

export const START_MS_MAX = 120_000;

/** Short enough that a test sees a session end. */
export const SHORT_LIMITS: Partial<ConsumeLimits> = {
  sessionMs: 6_000,
  heartbeatMs: 500,
  rebalanceMsMax: 6_000,
  fetchWaitMsMax: 100,
  backoffMsMax: 500,
};

export interface TestKafka {
  readonly broker: KafkaBroker;
  readonly connection: KafkaConnection;
  createTopic(topic: string, partitions?: number, config?: Record<string, string>): Promise<void>;
  /** By a producer of its own, values as given, all with this key. */
  publish(topic: string, key: string, values: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function startTestKafka({
  requestMsMax,
  ...options
}: Partial<KafkaBrokerOptions> & { requestMsMax?: number } = {}): Promise<TestKafka> {
  const dataDir = await mkdtemp(join(tmpdir(), 'points-ledger-kafka-'));
  const broker = await startKafkaBroker({ dataDir, heapMb: 192, ...options });
  const connection = connectKafka({
    brokers: broker.brokers,
    clientId: 'test',
    ...(requestMsMax !== undefined && { requestMsMax }),
  });
  const producer = new OutcomeProducer(connection);
  return {
    broker,
    connection,
    createTopic: (topic, partitions = 1, config = {}) =>
      withAdmin(connection, async (admin) => {
        await admin.createTopics({
          topics: [
            {
              topic,
              numPartitions: partitions,
              configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
            },
          ],
        });
      }),
    publish: (topic, key, values) =>
      producer.send(values.map((value) => ({ topic, key, value, headers: {} }))),
    close: async () => {
      await producer.close();
      await broker.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function withAdmin<T>(
  connection: KafkaConnection,
  use: (admin: ReturnType<KafkaConnection['admin']>) => Promise<T>,
): Promise<T> {
  const admin = connection.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

export { eventually } from '#testing';

/** Keeps what it is given; `handling` may be changed while it runs. */
export class RecordingHandler implements MessageHandler {
  readonly messages: IncomingMessage[] = [];
  readonly deadLettered: string[] = [];
  revocations = 0;

  constructor(
    public behavior: (
      messages: IncomingMessages,
      signal: AbortSignal,
    ) => Promise<HandleResult> | HandleResult = () => ({ kind: 'all' }),
  ) {}

  async handle(messages: IncomingMessages, signal: AbortSignal): Promise<HandleResult> {
    const handled = await this.behavior(messages, signal);
    this.messages.push(...messages.slice(0, handled.kind === 'all' ? undefined : handled.done));
    return handled;
  }

  async sendToDeadLetters(message: IncomingMessage): Promise<void> {
    this.deadLettered.push(String(message.value));
  }

  partitionsRevoked(): void {
    this.revocations++;
  }

  get values(): string[] {
    return this.messages.map(({ value }) => String(value));
  }
}

export const numberedValues = (count: number, prefix = 'm'): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);

/** A key for each partition, in their order. */
export function keyPerPartition(partitions: number): string[] {
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata: PartitionMetadata[] = Array.from({ length: partitions }, (_, id) => ({
    partitionErrorCode: 0,
    partitionId: id,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  const keys: string[] = [];
  for (let at = 0; keys.filter(Boolean).length < partitions; at++) {
    const key = `key-${at}`;
    keys[choose({ topic: '', partitionMetadata, message: { key, value: null } })] ??= key;
  }
  return keys;
}

/** Topics and consumers of one spec, each topic with its own group. */
export class TestConsumers {
  readonly #sources: CommandSource[] = [];
  #topics = 0;

  constructor(private readonly kafka: () => TestKafka) {}

  async newTopic(partitions = 1): Promise<string> {
    const topic = `commands-${++this.#topics}`;
    await this.kafka().createTopic(topic, partitions);
    return topic;
  }

  async consume(
    topic: string,
    received: RecordingHandler,
    options: Partial<ConsumeOptions> = {},
  ): Promise<CommandSource> {
    const source = createCommandSource(this.kafka().connection, {
      topic,
      groupId: `group-of-${topic}`,
      onFatal: (cause) => {
        throw new Error('fatal', { cause });
      },
      ...options,
      limits: { ...SHORT_LIMITS, ...options.limits },
    });
    this.#sources.push(source);
    await source.start(received);
    return source;
  }

  /** Of each partition; -1: nothing yet. */
  async committed(topic: string): Promise<number[]> {
    const groups = await withAdmin(this.kafka().connection, (admin) =>
      admin.fetchOffsets({ groupId: `group-of-${topic}`, topics: [topic] }),
    );
    const partitions = groups[0]?.partitions ?? [];
    return partitions
      .sort((one, other) => one.partition - other.partition)
      .map(({ offset }) => Number(offset));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sources.splice(0).map((source) => source.stop()));
  }
}
