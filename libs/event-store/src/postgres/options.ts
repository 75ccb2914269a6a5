export interface PostgresOptions {
  /** Appends that go into one call. */
  readonly batchAppendsMax?: number;
  /** Characters of data and meta that go into one call. */
  readonly batchCharactersMax?: number;
  /** Calls that run side by side: while one commits, the next is on its way. */
  readonly lanes?: number;
  /** Appends that are queued; more of them wait for a place. */
  readonly queueAppendsMax?: number;
  /** How long an append is kept while the server is away, before it is answered `unknown`. */
  readonly patienceMs?: number;
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
  readonly pollUnhintedMs?: number;
  readonly backOffMsMin?: number;
  readonly backOffMsMax?: number;
  readonly closeMsMax?: number;
}

export type Settings = Required<PostgresOptions>;

export const DEFAULTS: Settings = {
  batchAppendsMax: 500,
  batchCharactersMax: 4 * 1024 * 1024,
  lanes: 2,
  queueAppendsMax: 10_000,
  patienceMs: 10_000,
  callMsMax: 15_000,
  statementMsMax: 10_000,
  lockMsMax: 5_000,
  connectMsMax: 5_000,
  readersMax: 8,
  pollMs: 1_000,
  pollUnhintedMs: 40,
  backOffMsMin: 10,
  backOffMsMax: 1_000,
  closeMsMax: 10_000,
};

/** What the adapter reports while it works; nothing of it needs an answer. */
export interface PostgresObserver {
  /** One call, and so one commit, is done. */
  readonly batchWritten?: (appends: number, callMs: number) => void;
  /** Nothing was written; the call is made again after a wait. */
  readonly callRepeated?: (cause: unknown, waitMs: number) => void;
  /** So many appends were answered `unknown`. */
  readonly appendsUnknown?: (appends: number, cause: unknown) => void;
  /** A batch failed for good: it is split to find whose fault it is. */
  readonly batchSplit?: (appends: number, cause: unknown) => void;
  /** A `follow`, or the hints that wake it, broke off and goes on after a wait. */
  readonly followInterrupted?: (cause: unknown, waitMs: number) => void;
  readonly connectionLost?: (cause: unknown) => void;
}
