import { randomUUID } from 'node:crypto';
import type { EachBatchPayload } from 'kafkajs';
import { ByteBudget } from '../byte-budget.js';
import type { KafkaConnection } from '../connection.js';
import { CONSUME_LIMITS } from './consume-options.js';
import { fetchedMessages } from '../record-batches/messages-of-batch.js';
import type { DecompressLimits } from '../record-batches/decompress-batch.js';
import type { IncomingMessage } from '../ports.js';

const MESSAGES_PER_CALL_MAX = 1_000;
const IDLE_MS_MAX = 60_000;

export interface ReadOptions {
  readonly topic: string;
  /** The next ones come when this resolves. */
  readonly onMessages: (messages: readonly IncomingMessage[]) => Promise<void> | void;
  readonly limits?: Partial<DecompressLimits>;
  /** Its reader has a group of its own, of this name and a random part, that commits nothing. */
  readonly groupPrefix?: string;
}

export interface TopicReader {
  /** Rejects when what takes the messages failed, or Kafka is away for good. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

interface FollowOptions extends ReadOptions {
  readonly fromBeginning: boolean;
  /** Everything before `next` was taken. */
  readonly onProgress?: (partition: number, next: bigint) => void;
}

/** Reads a topic and what is added to it, until it is closed. Resolves when it has begun. */
export async function followTopic(
  connection: KafkaConnection,
  { topic, fromBeginning, onMessages, onProgress: onPassed, ...options }: FollowOptions,
): Promise<TopicReader> {
  const { groupPrefix = 'points-ledger-reader' } = options;
  const groupId = `${groupPrefix}-${randomUUID()}`;
  const limits = { ...CONSUME_LIMITS, ...options.limits };
  const budget = new ByteBudget(Math.max(limits.decompressedBytesMax, limits.batchBytesMax));
  const consumer = connection.consumer({ groupId });
  let fail: (cause: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  // Who closes it without waiting for it is not told.
  failed.catch(() => undefined);
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  });
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) fail(error);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async (payload) => {
      try {
        await readAll(payload);
      } catch (error) {
        fail(error);
        // It would come again at once, and for ever.
        payload.pause();
      }
    },
  });
  await joined;
  return { failed, close };

  async function readAll(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const fetched = fetchedMessages(batch, limits, budget);
    try {
      if (fetched.unreadable !== null) throw new Error(fetched.unreadable);
      for (;;) {
        const messages = await fetched.peek(MESSAGES_PER_CALL_MAX);
        if (messages.length === 0) break;
        await onMessages(messages);
        fetched.take(messages.length);
        await payload.heartbeat();
      }
    } finally {
      fetched.close();
    }
    payload.resolveOffset(batch.lastOffset());
    onPassed?.(batch.partition, BigInt(batch.lastOffset()) + 1n);
  }

  async function close(): Promise<void> {
    await consumer.disconnect();
    const admin = connection.admin();
    await admin.connect();
    try {
      // A group that committed nothing is gone with its last member on most brokers.
      await admin.deleteGroups([groupId]).catch(() => undefined);
    } finally {
      await admin.disconnect();
    }
  }
}

/** Reads all that a topic holds now, each partition in its order. Rejects when nothing comes for long. */
export async function readTopic(connection: KafkaConnection, options: ReadOptions): Promise<void> {
  const missing = await endsOf(connection, options.topic);
  if (missing.size === 0) return;
  let timer: NodeJS.Timeout | undefined;
  let reader: TopicReader | null = null;
  try {
    await new Promise<void>((resolve, reject) => {
      const restartIdleTimer = (): void => {
        clearTimeout(timer);
        const trouble = new Error(`nothing came from ${options.topic} for ${IDLE_MS_MAX} ms`);
        timer = setTimeout(() => reject(trouble), IDLE_MS_MAX);
      };
      restartIdleTimer();
      const onPassed = (partition: number, next: bigint): void => {
        restartIdleTimer();
        if (next >= (missing.get(partition) ?? 0n)) missing.delete(partition);
        if (missing.size === 0) resolve();
      };
      followTopic(connection, { ...options, fromBeginning: true, onProgress: onPassed }).then(
        (opened) => {
          reader = opened;
          opened.failed.catch(reject);
        },
        reject,
      );
    });
  } finally {
    clearTimeout(timer);
    await (reader as TopicReader | null)?.close();
  }
}

/** Of the partitions that hold something: behind its last message. */
async function endsOf(connection: KafkaConnection, topic: string): Promise<Map<number, bigint>> {
  const admin = connection.admin();
  await admin.connect();
  try {
    const ends = await admin.fetchTopicOffsets(topic);
    return new Map(
      ends
        .filter(({ low, high }) => low !== high)
        .map(({ partition, high }) => [partition, BigInt(high)]),
    );
  } finally {
    await admin.disconnect();
  }
}
