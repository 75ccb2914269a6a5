import { DECOMPRESS_LIMITS, type DecompressLimits } from '../record-batches/decompress-batch.js';
import type { OffsetJump } from './offset-jump-detector.js';
import type { BlockedPartition } from './open-transaction-detector.js';

export interface ConsumeLimits extends DecompressLimits {
  /** Without a heartbeat for this long, the group assigns the partitions to other consumers. */
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  readonly rebalanceMsMax: number;
  /** How long a fetch waits for its first message, and how soon a paused partition is fetched again. */
  readonly fetchWaitMsMax: number;
  /** Of one fetch. It is small, because a fetch for a partition that is paused or slow is wasted. */
  readonly partitionBytesMax: number;
  /** Of the partitions that are handled at the same time. */
  readonly concurrentPartitionsMax: number;
  /** Of decompressed batches of all partitions. While they are used up, other partitions wait. */
  readonly decompressedBytesMax: number;
  /** A sub-batch is handled and committed before the next one of its partition. */
  readonly subBatchMessagesMax: number;
  readonly subBatchPerKeyMax: number;
  /** Sub-batches grow and shrink so that handling one takes about this long at most. */
  readonly subBatchMsMax: number;
  /** After this, a partition waits for its next fetch, so that the other partitions are fetched too. */
  readonly partitionTurnMsMax: number;
  /** A handler that takes longer is stuck: the process has to end. */
  readonly handleMsMax: number;
  /** A transaction that blocks a partition for longer is reported. */
  readonly transactionMsMax: number;
  /** How long a partition is paused after a failure. */
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  /** How long `stop` waits for the sub-batches that are running. */
  readonly drainMsMax: number;
  /** How long `stop` waits for leaving the group, and then for disconnecting. */
  readonly leaveMsMax: number;
}

export const CONSUME_LIMITS: ConsumeLimits = {
  ...DECOMPRESS_LIMITS,
  sessionMs: 15_000,
  heartbeatMs: 2_000,
  rebalanceMsMax: 20_000,
  fetchWaitMsMax: 250,
  partitionBytesMax: 256 * 1024,
  concurrentPartitionsMax: 16,
  decompressedBytesMax: 64 * 1024 * 1024,
  subBatchMessagesMax: 1_000,
  subBatchPerKeyMax: 500,
  subBatchMsMax: 1_000,
  partitionTurnMsMax: 1_000,
  handleMsMax: 60_000,
  transactionMsMax: 5_000,
  backoffMsMin: 100,
  backoffMsMax: 5_000,
  drainMsMax: 5_000,
  leaveMsMax: 2_000,
};

/** What a consumer reports for metrics, health and alarms. An observer must not throw. */
export interface ConsumerObserver {
  joined(partitions: readonly number[]): void;
  /** A sub-batch was handled and committed. */
  handled(report: { partition: number; messages: number; ms: number }): void;
  /** Messages failed. None is lost: the partition is paused, and they are delivered again. */
  paused(report: {
    partition: number;
    offset: string;
    failures: number;
    waitMs: number;
    cause: unknown;
  }): void;
  recovered(partition: number): void;
  /** A bug met one of these messages: they are handled one at a time to find which one it is. */
  isolating(report: { partition: number; messages: number; bug: unknown }): void;
  /** The group has a new generation: the new owner of the partition handles the messages again. */
  commitRefused(cause: unknown): void;
  offsetJumped(jump: OffsetJump): void;
  /** The broker sends no message of a partition, because a producer has not ended a transaction. */
  blockedByTransaction(partition: BlockedPartition): void;
  unblocked(partition: number): void;
  /** kafkajs gave up. When `restarts` is true, it starts again by itself. */
  crashed(cause: unknown, restarts: boolean): void;
}

export interface ConsumeOptions {
  readonly topic: string;
  readonly groupId: string;
  /** Nothing is delivered any more. The process has to end, so that its supervisor restarts it. */
  readonly onFatal: (cause: unknown) => void;
  readonly observer?: Partial<ConsumerObserver>;
  readonly limits?: Partial<ConsumeLimits>;
  /** Where a group starts that has committed nothing. Default: true, so that no message is skipped. */
  readonly fromBeginning?: boolean;
  readonly random?: () => number;
}

const nothing = (): void => undefined;

export const SILENT_CONSUMER_OBSERVER: ConsumerObserver = {
  joined: nothing,
  handled: nothing,
  paused: nothing,
  recovered: nothing,
  isolating: nothing,
  commitRefused: nothing,
  offsetJumped: nothing,
  blockedByTransaction: nothing,
  unblocked: nothing,
  crashed: nothing,
};
