import { ANY_RULES } from './append-call.js';

export interface PostgresOptions {
  /** The highest rules that this build knows: the database takes no event where later ones are in force. */
  readonly rulesKnown?: number;
  /** Appends in one call. */
  readonly batchAppendsMax?: number;
  /** Bytes of all appends in one call. */
  readonly batchBytesMax?: number;
  /** Concurrent calls: while one commits, the next one is sent. */
  readonly concurrentBatches?: number;
  /** Appends in the queue. While it is full, callers wait. */
  readonly queueAppendsMax?: number;
  /** How long an append is queued and retried before it is answered `unknown`. */
  readonly appendMsMax?: number;
  /** Timeout of one call, after which its connection is closed. */
  readonly callMsMax?: number;
  /** Timeout of one statement, kept by the server. */
  readonly statementMsMax?: number;
  readonly lockMsMax?: number;
  readonly connectMsMax?: number;
  /** Connections of the pool for reads. */
  readonly readersMax?: number;
  /** Interval at which a follower polls while commits are notified. */
  readonly pollMs?: number;
  /** Interval at which a follower polls while no connection listens for notifications. */
  readonly fallbackPollMs?: number;
  readonly backoffMsMin?: number;
  readonly backoffMsMax?: number;
  readonly closeMsMax?: number;
}

export type ResolvedPostgresOptions = Required<PostgresOptions>;

export const DEFAULT_POSTGRES_OPTIONS: ResolvedPostgresOptions = {
  rulesKnown: ANY_RULES,
  batchAppendsMax: 500,
  batchBytesMax: 4 * 1024 * 1024,
  concurrentBatches: 2,
  queueAppendsMax: 10_000,
  appendMsMax: 10_000,
  callMsMax: 15_000,
  statementMsMax: 10_000,
  lockMsMax: 5_000,
  connectMsMax: 5_000,
  readersMax: 8,
  pollMs: 1_000,
  fallbackPollMs: 40,
  backoffMsMin: 10,
  backoffMsMax: 1_000,
  closeMsMax: 10_000,
};

/** What the adapter reports while it works, for logs and metrics. */
export interface PostgresObserver {
  /** One call, which is one commit, has succeeded. */
  readonly batchWritten?: (appends: number, callMs: number) => void;
  /** Nothing was written; the call is retried after a wait. */
  readonly callRetried?: (cause: unknown, waitMs: number) => void;
  readonly appendsUnknown?: (appends: number, cause: unknown) => void;
  /** One append made a batch fail, and the batch is split to find it. */
  readonly batchSplit?: (appends: number, cause: unknown) => void;
  /** A follower, or the connection for its notifications, failed and is retried after a wait. */
  readonly followInterrupted?: (cause: unknown, waitMs: number) => void;
  readonly connectionLost?: (cause: unknown) => void;
}
