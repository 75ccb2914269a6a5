import { BatchingQueue } from '#async';
import type { EachBatchPayload } from 'kafkajs';
import { isProtocolError } from '../protocol-error.js';

interface Commit {
  readonly payload: EachBatchPayload;
  /** The offset of the next message to read. */
  readonly next: string;
}

const QUEUED_COMMITS_MAX = 10_000;

/** The group has a new generation or another coordinator. kafkajs joins it again on such an error. */
const REFUSED_COMMIT_ERRORS = [
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
];

export const isRefusedCommit = (error: unknown): boolean =>
  isProtocolError(error, REFUSED_COMMIT_ERRORS);

/** Commits the offsets of all partitions one request at a time: a broker syncs each one to its disk. */
export class OffsetCommitter {
  readonly #queue = new BatchingQueue<Commit>(
    { run: commitAll, sizeOf: () => 1, isItemError: () => false },
    { batchSizeMax: Infinity, batchItemsMax: Infinity, queuedItemsMax: QUEUED_COMMITS_MAX },
  );

  commit(payload: EachBatchPayload, next: string): Promise<void> {
    return this.#queue.add([{ payload, next }]);
  }
}

async function commitAll(commits: readonly Commit[]): Promise<void> {
  const topics = new Map<string, Map<number, string>>();
  for (const { payload, next } of commits) {
    const { topic, partition } = payload.batch;
    const partitions = topics.get(topic) ?? new Map<number, string>();
    topics.set(topic, partitions.set(partition, next));
  }
  await commits.at(-1)?.payload.commitOffsetsIfNecessary({
    topics: [...topics].map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions].map(([partition, offset]) => ({ partition, offset })),
    })),
  });
}
