// Fields of events that are stored, in whatever event they stand.

export interface CommonFields {
  /** The time that counts for the rules. It never runs backwards within a stream. */
  readonly at: string;
  /** The command's own `at`. */
  readonly receivedAt: string;
  readonly commandId: string;
  readonly digest: string;
  /** The balance of the account after this event. */
  readonly balanceAfter: number;
  /** What the account owes after this event; null: it was decided by rules 1, which know no debts. */
  readonly owedAfter: number | null;
}

export interface Draw {
  readonly batchId: number;
  readonly points: number;
}
