import {
  firstOpeningNumber,
  type AccountOpened,
  type LedgerEvent,
  type OpeningBatch,
} from '#ledger';
import { rowsOf, type NewTransactionRow } from '#read-model';

/** A batch as it is here now. `legacyBatchId`: what the old table calls it; null: it has no such batch. */
export type BatchHere = Omit<OpeningBatch, 'expired'>;

/** A duration that a settlement filled in, and when. */
interface FilledDuration {
  readonly duration: number;
  readonly updatedAt: string;
}

/** What became of an account since it was opened, as the old tables would say it. */
export class ChangesSinceOpening {
  /** In the order in which they were made, the row of an adjustment first. */
  readonly rows: NewTransactionRow[] = [];
  /** By the ids of old rows. */
  readonly durations = new Map<string, FilledDuration>();
  /** By their number here, spent ones too. */
  readonly batches: Map<number, BatchHere>;
  /** Where the first row of each event stands, by its revision. */
  readonly #places = new Map<number, number>();

  constructor(
    readonly userId: string,
    readonly opening: AccountOpened,
  ) {
    this.batches = new Map(opening.batches.map((batch) => [batch.batchId, batch]));
  }

  /** The opening itself first, and then what follows. */
  apply(revision: number, event: LedgerEvent): void {
    const { transactions, duration, batches, recharge } = rowsOf(this.userId, revision, event);
    this.#places.set(revision, this.rows.length);
    this.rows.push(...transactions);
    if (duration !== null) this.#fillIn(duration.revision, duration.duration, duration.updated_at);
    const order =
      recharge?.kind === 'recharged'
        ? { rechargeId: recharge.recharge_id, sourceId: recharge.source_id }
        : { rechargeId: null, sourceId: null };
    for (const { batch_id: batchId, pointsIn, remaining, initial } of batches) {
      const known = this.batches.get(batchId) ?? {
        batchId,
        legacyBatchId: null,
        points: 0,
        remaining: 0,
        priority: initial?.priority ?? 0,
        expiresAt: initial?.expires_at ?? null,
        createdAt: event.at,
        ...order,
      };
      this.batches.set(batchId, {
        ...known,
        points: known.points + pointsIn,
        remaining: known.remaining + remaining,
      });
    }
  }

  /** Of a consumption that began there, it stands on the first of its old rows. */
  #fillIn(revision: number, duration: number, updatedAt: string): void {
    if (revision < 0) {
      const { batches, closed, open } = this.opening;
      const place = revision - firstOpeningNumber(this.opening) - batches.length;
      const row = [...closed, ...open][place]?.rows[0];
      if (row !== undefined) this.durations.set(row, { duration, updatedAt });
      return;
    }
    const place = this.#places.get(revision) ?? -1;
    const row = this.rows[place];
    if (row?.revision === revision) this.rows[place] = { ...row, duration, updated_at: updatedAt };
  }
}
