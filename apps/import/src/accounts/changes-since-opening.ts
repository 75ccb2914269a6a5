import type { EventStore } from '#event-store';
import { accountStream } from '#identity';
import { parseEvent, type AccountOpened, type LedgerEvent } from '#ledger';
import { rowsOf, type NewTransactionRow } from '#read-model';

/** A batch that came in here, and what the old table may want to know of it. */
export interface NewBatch {
  readonly batchId: number;
  readonly points: number;
  readonly rechargeId: string | null;
  readonly sourceId: string | null;
  readonly createdAt: string;
}

/** What became of an account since it was opened, as the old tables would say it. */
export interface ChangesSinceOpening {
  readonly opening: AccountOpened;
  /** In the order in which they were made, the row of an adjustment first. */
  readonly rows: readonly NewTransactionRow[];
  /** Durations that settlements filled in, by the ids of old rows. */
  readonly durations: ReadonlyMap<string, number>;
  readonly recharged: ReadonlyMap<number, NewBatch>;
}

/** null: the account is not opened. */
export async function changesSinceOpening(
  store: EventStore,
  userId: string,
): Promise<ChangesSinceOpening | null> {
  let opening: AccountOpened | null = null;
  const rows: NewTransactionRow[] = [];
  const durations = new Map<string, number>();
  const recharged = new Map<number, NewBatch>();
  for await (const recorded of store.readStream(accountStream(userId), { latest: true })) {
    const event = parseEvent(recorded);
    if (event.type === 'AccountOpened') opening = event;
    if (opening === null) continue;
    const { transactions, duration } = rowsOf(userId, recorded.revision, event);
    rows.push(...transactions.filter(({ legacy_id: legacyId }) => legacyId === null));
    if (duration !== null) fillIn(opening, rows, durations, duration);
    noteRecharge(event, recharged);
  }
  return opening && { opening, rows, durations, recharged };
}

/** Of a consumption that began there, it stands on the first of its old rows. */
function fillIn(
  opening: AccountOpened,
  rows: NewTransactionRow[],
  durations: Map<string, number>,
  { revision, duration }: { readonly revision: number; readonly duration: number },
): void {
  if (revision < 0) {
    const { closed, open } = opening;
    const row = [...closed, ...open][closed.length + open.length + revision]?.rows[0];
    if (row !== undefined) durations.set(row, duration);
    return;
  }
  const place = rows.findIndex((row) => row.revision === revision && row.line === 0);
  const row = rows[place];
  if (row !== undefined) rows[place] = { ...row, duration };
}

function noteRecharge(event: LedgerEvent, recharged: Map<number, NewBatch>): void {
  if (event.type !== 'PointsRecharged') return;
  const { batchId, points, rechargeId, sourceId, at } = event;
  recharged.set(batchId, { batchId, points, rechargeId, sourceId, createdAt: at });
}
