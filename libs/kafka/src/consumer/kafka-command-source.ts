import type { Consumer } from 'kafkajs';
import { BatchReader } from './batch-reader.js';
import type { KafkaConnection } from '../connection.js';
import {
  CONSUME_LIMITS,
  SILENT_CONSUMER_OBSERVER,
  type ConsumeLimits,
  type ConsumeOptions,
  type ConsumerObserver,
} from './consume-options.js';
import { onPartitionFetched } from '../kafkajs-patches/fetch-patch.js';
import type { KafkaLogEntry } from '../log.js';
import { OffsetJumpDetector } from './offset-jump-detector.js';
import type { CommandSource, MessageHandler } from '../ports.js';
import { OpenTransactionDetector } from './open-transaction-detector.js';

/** One member of a consumer group. Start it once; after `stop` it is over. */
export function createCommandSource(
  connection: KafkaConnection,
  options: ConsumeOptions,
): CommandSource {
  return new KafkaCommandSource(connection, options);
}

class KafkaCommandSource implements CommandSource {
  readonly #limits: ConsumeLimits;
  readonly #observer: ConsumerObserver;
  readonly #offsetJumps = new OffsetJumpDetector();
  readonly #openTransactions: OpenTransactionDetector;
  #stopListening = (): void => undefined;
  #running: { readonly consumer: Consumer; readonly reader: BatchReader } | null = null;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly options: ConsumeOptions,
  ) {
    this.#limits = { ...CONSUME_LIMITS, ...options.limits };
    this.#observer = { ...SILENT_CONSUMER_OBSERVER, ...options.observer };
    this.#openTransactions = new OpenTransactionDetector(
      this.#limits.transactionMsMax,
      this.#observer,
    );
  }

  /** Resolves when the group is joined; rejects when there is no Kafka, or no such topic. */
  async start(receiver: MessageHandler): Promise<void> {
    const { topic, groupId, fromBeginning = true, onFatal, random = Math.random } = this.options;
    const limits = this.#limits;
    const reader = new BatchReader({
      handler: receiver,
      limits,
      observer: this.#observer,
      offsetJumps: this.#offsetJumps,
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
      (entry) => this.#onLogEntry(entry),
    );
    this.#running = { consumer, reader };
    this.#listenTo(consumer, reader);
    this.#stopListening = onPartitionFetched((seen) => {
      if (seen.topic !== topic) return;
      this.#openTransactions.seen(seen.partition, seen.blockedAt, performance.now());
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: limits.concurrentPartitionsMax,
      eachBatch: reader.read,
    });
  }

  async stop(): Promise<void> {
    if (this.#running === null) return;
    const { consumer, reader } = this.#running;
    this.#running = null;
    this.#stopListening();
    // What it rejects with is nobody's: it stops.
    const stopped = consumer.stop().catch(() => undefined);
    if (!(await endsWithin(this.#limits.drainMsMax, reader.idle()))) reader.abort();
    await endsWithin(this.#limits.leaveMsMax, stopped);
    await endsWithin(this.#limits.leaveMsMax, consumer.disconnect());
  }

  #listenTo(consumer: Consumer, reader: BatchReader): void {
    const { events } = consumer;
    consumer.on(events.REBALANCING, () => {
      this.#openTransactions.partitionsRevoked();
      reader.partitionsRevoked();
    });
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      reader.partitionsRevoked();
      this.#observer.joined(payload.memberAssignment[this.options.topic] ?? []);
    });
    consumer.on(events.CRASH, ({ payload: { error, restart } }) => {
      reader.partitionsRevoked();
      this.#observer.crashed(error, restart);
      if (!restart) this.options.onFatal(error);
    });
  }

  #onLogEntry({ message, details }: KafkaLogEntry): void {
    const { topic, partition } = details;
    if (!message.startsWith('Offset out of range, resetting') || topic !== this.options.topic)
      return;
    this.#observer.offsetJumped(this.#offsetJumps.outOfRange(Number(partition)));
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
