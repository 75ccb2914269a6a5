import { RetryBudget, settledWithin } from '#async';
import type { Consumer } from 'kafkajs';
import type { KafkaConnection } from '../connection.js';
import { onPartitionFetched } from '../kafkajs-patches/fetch-patch.js';
import type { KafkaLogEntry } from '../log.js';
import type { CommandSource, MessageHandler } from '../ports.js';
import { BatchReader } from './batch-reader.js';
import {
  CONSUME_LIMITS,
  SILENT_CONSUMER_OBSERVER,
  type ConsumeLimits,
  type ConsumeOptions,
  type ConsumerObserver,
} from './consume-options.js';
import { OffsetJumpDetector } from './offset-jump-detector.js';
import { OpenTransactionDetector } from './open-transaction-detector.js';

/** One member of a consumer group. It is started once and can't be started again after `stop`. */
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
  readonly #stopped = new AbortController();
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

  /** Resolves when the group is joined; rejects when Kafka or the topic can't be reached. */
  async start(handler: MessageHandler): Promise<void> {
    const { topic, groupId, fromBeginning = true, onFatal, random = Math.random } = this.options;
    const limits = this.#limits;
    const reader = new BatchReader({
      handler,
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
    const run = async (): Promise<void> => {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning });
      if (this.#stopped.signal.aborted) return;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: limits.concurrentPartitionsMax,
        eachBatch: reader.read,
      });
    };
    this.#listenTo(consumer, reader, run);
    this.#stopListening = onPartitionFetched((fetched) => {
      if (fetched.topic !== topic) return;
      const { partition, blockedAt } = fetched;
      this.#openTransactions.fetched(partition, blockedAt, performance.now());
    });
    await run();
  }

  async stop(): Promise<void> {
    if (this.#running === null) return;
    const { consumer, reader } = this.#running;
    this.#running = null;
    this.#stopped.abort();
    this.#stopListening();
    // The process stops: there is nothing left to do about an error.
    const stopped = consumer.stop().catch(() => undefined);
    if (!(await settledWithin(reader.idle(), this.#limits.drainMsMax))) reader.abort();
    await settledWithin(stopped, this.#limits.leaveMsMax);
    await settledWithin(consumer.disconnect(), this.#limits.leaveMsMax);
  }

  #listenTo(consumer: Consumer, reader: BatchReader, run: () => Promise<void>): void {
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
      const restarts = restart || isCoordinatorNotFound(error);
      this.#observer.crashed(error, restarts);
      if (!restarts) this.options.onFatal(error);
      else if (!restart) void this.#runAgain(run);
    });
  }

  /** After other errors that pass, kafkajs restarts by itself. */
  async #runAgain(run: () => Promise<void>): Promise<void> {
    const budget = new RetryBudget(
      { ...this.#limits, totalMsMax: Infinity },
      { signal: this.#stopped.signal },
    );
    while (await budget.waitAfterFailure()) {
      try {
        return await run();
      } catch (error) {
        this.#observer.crashed(error, true);
      }
    }
  }

  /** kafkajs reports an offset that is out of range in its log and nowhere else. */
  #onLogEntry({ message, details }: KafkaLogEntry): void {
    const { topic, partition } = details;
    if (!message.startsWith('Offset out of range, resetting') || topic !== this.options.topic)
      return;
    this.#observer.offsetJumped(this.#offsetJumps.outOfRange(Number(partition)));
  }
}

/**
 * kafkajs takes every failure to ask for the group's coordinator for final, also a broker that does
 * not answer or is only just starting.
 */
const isCoordinatorNotFound = ({ name }: Error): boolean =>
  name === 'KafkaJSGroupCoordinatorNotFound';
