import { randomUUID } from 'node:crypto';
import { Semaphore } from '#async';
import type { EachBatchPayload } from 'kafkajs';
import type { KafkaConnection } from '../connection.js';
import type { IncomingMessage } from '../ports.js';
import type { DecompressLimits } from '../record-batches/decompress-batch.js';
import { fetchedMessages } from '../record-batches/messages-of-batch.js';
import { withAdmin } from '../with-admin.js';
import { CONSUME_LIMITS } from './consume-options.js';

const MESSAGES_PER_CALL_MAX = 1_000;

export interface ReadOptions {
  readonly topic: string;
  /** It is called again when what it returned has resolved. */
  readonly onMessages: (messages: readonly IncomingMessage[]) => Promise<void> | void;
  readonly limits?: Partial<DecompressLimits>;
  /** The reader has a group of its own, named by this and a random part. It commits nothing. */
  readonly groupPrefix?: string;
}

export interface FollowOptions extends ReadOptions {
  readonly fromBeginning: boolean;
  /** Everything before `next` has been given to `onMessages`. */
  readonly onProgress?: (partition: number, next: bigint) => void;
}

export interface TopicReader {
  /** Rejects when `onMessages` failed, or when Kafka can't be reached and kafkajs gave up. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

/**
 * Reads a topic and everything that is added to it, until it is closed. Resolves when it has joined, and
 * rejects when kafkajs gives up before.
 */
export async function followTopic(
  connection: KafkaConnection,
  options: FollowOptions,
): Promise<TopicReader> {
  const { groupPrefix = 'points-ledger-reader', topic, fromBeginning } = options;
  const groupId = `${groupPrefix}-${randomUUID()}`;
  const consumer = connection.consumer({ groupId });
  let fail: (cause: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  // A caller may close the reader without ever waiting for `failed`.
  failed.catch(() => undefined);
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  });
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) fail(error);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning });
  const readBatch = batchReader(options);
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async (payload) => {
      try {
        await readBatch(payload);
      } catch (error) {
        fail(error);
        // Without a pause, the same batch would be delivered again at once, and for ever.
        payload.pause();
      }
    },
  });
  try {
    await Promise.race([joined, failed]);
  } catch (error) {
    await consumer.disconnect().catch(() => undefined);
    throw error;
  }
  return {
    failed,
    close: async () => {
      await consumer.disconnect();
      // It fails on most brokers: they have deleted a group without offsets with its last member.
      await withAdmin(connection, (admin) => admin.deleteGroups([groupId]).catch(() => undefined));
    },
  };
}

function batchReader({ onMessages, onProgress, limits: some }: FollowOptions) {
  const limits = { ...CONSUME_LIMITS, ...some };
  const budget = new Semaphore(Math.max(limits.decompressedBytesMax, limits.batchBytesMax));
  return async (payload: EachBatchPayload): Promise<void> => {
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
    onProgress?.(batch.partition, BigInt(batch.lastOffset()) + 1n);
  };
}
