import type { Consumer } from 'kafkajs';
import { BatchReader } from './batch-reader.js';
import type { KafkaConnection } from '../connection.js';
import {
  CONSUME_LIMITS,
  SILENT_CONSUMER,
  type ConsumeLimits,
  type ConsumeOptions,
  type ConsumerObserver,
} from './consume-options.js';
import { watchFetched } from '../kafkajs-patches/fetch-patch.js';
import type { KafkaLogEntry } from '../log.js';
import { OffsetWatch } from './offset-jump-detector.js';
import type { CommandSource, MessageReceiver } from '../ports.js';
import { TransactionWatch } from './open-transaction-detector.js';

/** One member of a consumer group. Start it once; after `stop` it is over. */
export function consumeBatches(
  connection: KafkaConnection,
  options: ConsumeOptions,
): CommandSource {
  return new KafkaCommandSource(connection, options);
}

class KafkaCommandSource implements CommandSource {
  readonly #limits: ConsumeLimits;
  readonly #observer: ConsumerObserver;
  readonly #watch = new OffsetWatch();
  readonly #transactions: TransactionWatch;
  #endWatch = (): void => undefined;
  #running: { readonly consumer: Consumer; readonly reader: BatchReader } | null = null;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly options: ConsumeOptions,
  ) {
    this.#limits = { ...CONSUME_LIMITS, ...options.limits };
    this.#observer = { ...SILENT_CONSUMER, ...options.observer };
    this.#transactions = new TransactionWatch(this.#limits.transactionMsMax, this.#observer);
  }

  /** Resolves when the group is joined; rejects when there is no Kafka, or no such topic. */
  async start(receiver: MessageReceiver): Promise<void> {
    const { topic, groupId, fromBeginning = true, onFatal, random = Math.random } = this.options;
    const limits = this.#limits;
    const reader = new BatchReader({
      receiver,
      limits,
      observer: this.#observer,
      watch: this.#watch,
      random,
      onFatal,
    });
    const consumer = this.connection.consumer(
      {
        groupId,
        sessionTimeout: limits.sessionMs,
        heartbeatInterval: limits.heartbeatMs,
        rebalanceTimeout: limits.rebalanceMsMax,
        maxWaitTimeInMs: limits.fetchWaitMsMax,
        maxBytesPerPartition: limits.partitionBytesMax,
        minBytes: 1,
      },
      (entry) => this.#overhear(entry),
    );
    this.#running = { consumer, reader };
    this.#follow(consumer, reader);
    this.#endWatch = watchFetched((seen) => {
      if (seen.topic !== topic) return;
      this.#transactions.seen(seen.partition, seen.heldAt, performance.now());
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: limits.partitionsAtOnceMax,
      eachBatch: reader.read,
    });
  }

  async stop(): Promise<void> {
    if (this.#running === null) return;
    const { consumer, reader } = this.#running;
    this.#running = null;
    this.#endWatch();
    // What it rejects with is nobody's: it stops.
    const stopped = consumer.stop().catch(() => undefined);
    if (!(await endsWithin(this.#limits.finishMsMax, reader.idle()))) reader.abandon();
    await endsWithin(this.#limits.leaveMsMax, stopped);
    await endsWithin(this.#limits.leaveMsMax, consumer.disconnect());
  }

  #follow(consumer: Consumer, reader: BatchReader): void {
    const { events } = consumer;
    consumer.on(events.REBALANCING, () => {
      this.#transactions.ownershipLost();
      reader.ownershipLost();
    });
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      reader.ownershipLost();
      this.#observer.joined(payload.memberAssignment[this.options.topic] ?? []);
    });
    consumer.on(events.CRASH, ({ payload: { error, restart } }) => {
      reader.ownershipLost();
      this.#observer.crashed(error, restart);
      if (!restart) this.options.onFatal(error);
    });
  }

  #overhear({ message, details }: KafkaLogEntry): void {
    const { topic, partition } = details;
    if (!message.startsWith('Offset out of range, resetting') || topic !== this.options.topic)
      return;
    this.#observer.jumped(this.#watch.outOfRange(Number(partition)));
  }
}

async function endsWithin(msMax: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<false>((give) => {
    timer = setTimeout(() => give(false), msMax);
  });
  const ended = work.then(
    () => true as const,
    () => true as const,
  );
  try {
    return await Promise.race([ended, expired]);
  } finally {
    clearTimeout(timer);
  }
}
