/** What can be wrong with old tables: the first ones need a decision or a repair, the others are counted. */
export const FAULT_KINDS = [
  'User',
  'Number',
  'Time',
  'TooMuch',
  'Type',
  'Amount',
  'Negative',
  'Business',
  'SharedId',
  'Refund',
  'BatchId',
  'Sum',
  'Chain',
  'Order',
  'Text',
  'Duration',
  'NoId',
  'NoBatch',
  'Overdue',
  'Full',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** `undecided`: the account is not opened. `decided`: the mapping says what to do. `counted`: nothing to do. */
export type FaultStatus = 'undecided' | 'decided' | 'counted';

export interface Fault {
  readonly kind: FaultKind;
  readonly status: FaultStatus;
  /** Id of the old row, or of the batch, or null: it concerns the account. */
  readonly legacyId: string | null;
  readonly detail: string;
}

/** Collects the faults of one account. */
export class Faults {
  readonly all: Fault[] = [];
  #undecided = 0;

  get hasUndecided(): boolean {
    return this.#undecided > 0;
  }

  undecided(kind: FaultKind, legacyId: string | null, detail: string): void {
    this.#undecided += 1;
    this.all.push({ kind, status: 'undecided', legacyId, detail });
  }

  /** Undecided where the mapping says nothing. Returns whether it is decided. */
  decide(kind: FaultKind, isDecided: boolean, legacyId: string | null, detail: string): boolean {
    if (isDecided) this.all.push({ kind, status: 'decided', legacyId, detail });
    else this.undecided(kind, legacyId, detail);
    return isDecided;
  }

  count(kind: FaultKind, legacyId: string | null, detail: string): void {
    this.all.push({ kind, status: 'counted', legacyId, detail });
  }
}
