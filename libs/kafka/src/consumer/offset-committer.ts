import type { EachBatchPayload } from 'kafkajs';
import { GatheringQueue } from '../gathering-queue.js';
import { isProtocolError } from '../protocol-error.js';

interface Commit {
  readonly payload: EachBatchPayload;
  /** The next message that is to be read. */
  readonly next: string;
}

const COMMITS_WAITING_MAX = 10_000;

/** The group is in another generation, or elsewhere: kafkajs joins again when it is told. */
const REFUSED_COMMIT_ERRORS = [
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
];

export const isRefusedCommit = (error: unknown): boolean =>
  isProtocolError(error, REFUSED_COMMIT_ERRORS);

/** Commits of all partitions in one line, several in one request: the broker writes each to its disk. */
export class OffsetCommitter {
  readonly #queue = new GatheringQueue<Commit>(
    { run: commitAll, sizeOf: () => 1, mayBeOneItem: () => false },
    { runSizeMax: Infinity, runItemsMax: Infinity, waitingItemsMax: COMMITS_WAITING_MAX },
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
