import type { ICustomPartitioner, Kafka, PartitionMetadata } from 'kafkajs';

interface Sent {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Join = (event: { payload: { memberAssignment: Record<string, number[]> } }) => void;
type Crash = (event: { payload: { error: Error; restart: boolean } }) => void;

const PARTITIONS = 2;
const METADATA = Array.from({ length: PARTITIONS }, (_, partitionId): PartitionMetadata => ({
  partitionErrorCode: 0,
  partitionId,
  leader: 1,
  replicas: [1],
  isr: [1],
}));

/** Takes the place of kafkajs: one topic of outcomes, and what was sent. */
export class KafkaDouble {
  readonly sent: Sent[] = [];
  /** Sends that came in, each with its messages. */
  readonly batches: Sent[][] = [];
  readonly calls: string[] = [];
  /** Where the consumer was told to go on, by partition. */
  readonly seeks: { partition: number; offset: string }[] = [];
  readonly ends = new Map<number, bigint>();
  producers = 0;
  groups: string[] = [];
  /** Called before each send; throws for a broker that is away. */
  onSend: (messages: readonly Sent[]) => Promise<void> | void = () => undefined;
  /** The answer to a send leaves partitions out. */
  forgetsPartitions = false;
  onConnectAdmin: () => Promise<void> | void = () => undefined;
  #join: Join = () => undefined;
  #crash: Crash = () => undefined;
  #eachBatch: ((payload: unknown) => Promise<void>) | null = null;

  constructor(private readonly topic = 'points.outcomes') {
    for (let partition = 0; partition < PARTITIONS; partition += 1) this.ends.set(partition, 7n);
  }

  /** Only what the client uses of kafkajs. */
  get kafka(): Pick<Kafka, 'producer' | 'consumer' | 'admin'> {
    const double = {
      producer: (config: { createPartitioner: ICustomPartitioner }) =>
        this.#producer(config.createPartitioner()),
      consumer: ({ groupId }: { groupId: string }) => this.#consumer(groupId),
      admin: () => this.#admin(),
    };
    return double as unknown as Pick<Kafka, 'producer' | 'consumer' | 'admin'>;
  }

  /** An outcome arrives. */
  async deliver(value: unknown, partition = 0): Promise<void> {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const offset = this.ends.get(partition) ?? 0n;
    this.ends.set(partition, offset + 1n);
    await this.#eachBatch?.({
      batch: {
        partition,
        messages: [{ value: Buffer.from(text) }],
        lastOffset: () => String(offset),
      },
    });
  }

  /** The group is joined anew, as after a rebalance. */
  joinAgain(): void {
    const partitions = [...this.ends.keys()];
    this.#join({ payload: { memberAssignment: { [this.topic]: partitions } } });
  }

  crash(restart: boolean): void {
    this.#crash({ payload: { error: new Error('the consumer crashed'), restart } });
  }

  #producer(choose: ReturnType<ICustomPartitioner>) {
    this.producers += 1;
    return {
      connect: async () => void this.calls.push('connect producer'),
      disconnect: async () => void this.calls.push('disconnect producer'),
      sendBatch: async ({
        topicMessages,
      }: {
        topicMessages: { topic: string; messages: Omit<Sent, 'topic'>[] }[];
      }) => {
        const messages = topicMessages.flatMap(({ topic, messages: own }) =>
          own.map((message) => ({ topic, ...message })),
        );
        await this.onSend(messages);
        this.batches.push(messages);
        this.sent.push(...messages);
        const answered = messages.map(({ topic, key, value }) => ({
          topicName: topic,
          partition: choose({ topic, partitionMetadata: METADATA, message: { key, value } }),
        }));
        return this.forgetsPartitions ? [] : answered;
      },
    };
  }

  #consumer(groupId: string) {
    this.groups.push(groupId);
    return {
      events: { GROUP_JOIN: 'join', CRASH: 'crash' },
      on: (name: string, listener: Join | Crash) => {
        if (name === 'join') this.#join = listener as Join;
        else this.#crash = listener as Crash;
      },
      connect: async () => void this.calls.push('connect consumer'),
      subscribe: async () => undefined,
      run: async ({
        autoCommit,
        eachBatch,
      }: {
        autoCommit: boolean;
        eachBatch: (payload: unknown) => Promise<void>;
      }) => {
        this.calls.push(`run, autoCommit ${autoCommit}`);
        this.#eachBatch = eachBatch;
        this.joinAgain();
      },
      seek: ({ partition, offset }: { partition: number; offset: string }) =>
        void this.seeks.push({ partition, offset }),
      disconnect: async () => void this.calls.push('disconnect consumer'),
    };
  }

  #admin() {
    return {
      connect: async () => this.onConnectAdmin(),
      disconnect: async () => undefined,
      fetchTopicOffsets: async () =>
        [...this.ends].map(([partition, high]) => ({ partition, high: String(high) })),
      deleteGroups: async ([group]: readonly string[]) =>
        void this.calls.push(`delete ${String(group === this.groups.at(-1))}`),
    };
  }
}
