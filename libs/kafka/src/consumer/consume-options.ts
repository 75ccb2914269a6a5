import type { OffsetJump } from './offset-jump-detector.js';
import type { BlockedPartition } from './open-transaction-detector.js';

/** Every limit of a consumer; each may be set. */
export interface ConsumeLimits {
  /** Without a heartbeat for that long, the group gives the partitions to others. */
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  readonly rebalanceMsMax: number;
  /** How long a fetch waits for a first message; also how soon a paused partition is seen again. */
  readonly fetchWaitMsMax: number;
  /** Small, so that little is fetched in vain for a partition that is slow or in trouble. */
  readonly partitionBytesMax: number;
  readonly concurrentPartitionsMax: number;
  /** What a message batch may unpack to. A larger one is not unpacked. */
  readonly batchBytesMax: number;
  /** Of one message batch: a batch of a megabyte can hold millions, each of which would be a dead letter. */
  readonly batchRecordsMax: number;
  /** Of unpacked batches, over all partitions; others wait. */
  readonly decompressedBytesMax: number;
  /** A message with more headers, or more bytes of them, is not read. */
  readonly headersMax: number;
  readonly headerBytesMax: number;
  /** A sub-batch: handled and committed before the next one of its partition. */
  readonly subBatchMessagesMax: number;
  readonly subBatchPerKeyMax: number;
  readonly subBatchMsMax: number;
  /** After that a partition lets the next fetch come, so that it does not hold up the others. */
  readonly partitionTurnMsMax: number;
  /** A handler that is not through by then never will be: the process has to end. */
  readonly handleMsMax: number;
  /** A transaction that keeps a partition waiting for longer is told of. */
  readonly transactionMsMax: number;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  /** On stop: for the sub-batches under way, */
  readonly drainMsMax: number;
  /** … and then for leaving the group, and for disconnecting. */
  readonly leaveMsMax: number;
}

export const CONSUME_LIMITS: ConsumeLimits = {
  sessionMs: 15_000,
  heartbeatMs: 2_000,
  rebalanceMsMax: 20_000,
  fetchWaitMsMax: 250,
  partitionBytesMax: 256 * 1024,
  concurrentPartitionsMax: 16,
  batchBytesMax: 32 * 1024 * 1024,
  batchRecordsMax: 100_000,
  decompressedBytesMax: 64 * 1024 * 1024,
  headersMax: 64,
  headerBytesMax: 16 * 1024,
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

/** What a consumer reports, for metrics, health and alarms. Must not throw. */
export interface ConsumerObserver {
  joined(partitions: readonly number[]): void;
  /** A sub-batch is through and committed. */
  handled(report: { partition: number; messages: number; ms: number }): void;
  /** Nothing is lost: the partition is paused and its messages come again. */
  paused(report: {
    partition: number;
    offset: string;
    failures: number;
    waitMs: number;
    cause: unknown;
  }): void;
  recovered(partition: number): void;
  /** A bug somewhere in these messages: they are taken one by one to find which. */
  isolating(report: { partition: number; messages: number; bug: unknown }): void;
  /** The group has a new generation; the work is repeated by whoever has the partition now. */
  commitRefused(cause: unknown): void;
  offsetJumped(jump: OffsetJump): void;
  /** Nothing of a partition is handed out, because a sender has not ended its transaction. */
  blockedByTransaction(partition: BlockedPartition): void;
  unblocked(partition: number): void;
  /** kafkajs gave up and, when `restarts`, begins again by itself. */
  crashed(cause: unknown, restarts: boolean): void;
}

export interface ConsumeOptions {
  readonly topic: string;
  readonly groupId: string;
  /** Nothing will be delivered any more: end the process, somebody starts it again. */
  readonly onFatal: (cause: unknown) => void;
  readonly observer?: Partial<ConsumerObserver>;
  readonly limits?: Partial<ConsumeLimits>;
  /** Where a group begins that has committed nothing. Default true: nothing is left out. */
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
