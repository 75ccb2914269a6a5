export interface PostgresOptions {
  /** Appends that go into one call. */
  readonly batchAppendsMax?: number;
  /** Characters of data and meta that go into one call. */
  readonly batchBytesMax?: number;
  /** Calls that run side by side: while one commits, the next is on its way. */
  readonly concurrentBatches?: number;
  /** Appends that are queued; more of them wait for a place. */
  readonly queueAppendsMax?: number;
  /** How long an append is kept while the server is away, before it is answered `unknown`. */
  readonly appendMsMax?: number;
  /** Of one call, from here: then the connection is given up. */
  readonly callMsMax?: number;
  /** Of one statement, on the server. */
  readonly statementMsMax?: number;
  readonly lockMsMax?: number;
  readonly connectMsMax?: number;
  readonly readersMax?: number;
  /** Between looks for new events while hints of commits come in. */
  readonly pollMs?: number;
  /** The same while none can come in. */
  readonly fallbackPollMs?: number;
  readonly backoffMsMin?: number;
  readonly backoffMsMax?: number;
  readonly closeMsMax?: number;
}

export type ResolvedPostgresOptions = Required<PostgresOptions>;

export const DEFAULT_POSTGRES_OPTIONS: ResolvedPostgresOptions = {
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

/** What the adapter reports while it works; nothing of it needs an answer. */
export interface PostgresObserver {
  /** One call, and so one commit, is done. */
  readonly batchWritten?: (appends: number, callMs: number) => void;
  /** Nothing was written; the call is made again after a wait. */
  readonly callRetried?: (cause: unknown, waitMs: number) => void;
  /** So many appends were answered `unknown`. */
  readonly appendsUnknown?: (appends: number, cause: unknown) => void;
  /** A batch failed for good: it is split to find whose fault it is. */
  readonly batchSplit?: (appends: number, cause: unknown) => void;
  /** A `follow`, or the hints that wake it, broke off and goes on after a wait. */
  readonly followInterrupted?: (cause: unknown, waitMs: number) => void;
  readonly connectionLost?: (cause: unknown) => void;
}
