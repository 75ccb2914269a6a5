import type { ShownRow } from './legacy-row.js';
import { usableId } from './texts.js';

/** What the rows tell of one batch. */
export interface BatchMovements {
  readonly batchId: number;
  /** null: the rows name none. */
  readonly legacyId: string | null;
  /** The first row that names it. */
  readonly firstRow: ShownRow;
  /** Sum of its recharge rows. */
  recharged: number;
  /** The order of the first recharge row that names one, and when. */
  order: { readonly id: string; readonly at: string; readonly ms: number } | null;
  /** What consume rows drew and refund rows did not give back. */
  drawn: number;
}

/** An order whose recharge row names no batch, or one that another order has. */
export interface LooseOrder {
  readonly id: string;
  readonly row: ShownRow;
  points: number;
}

export interface RowMovements {
  readonly batches: ReadonlyMap<number, BatchMovements>;
  readonly looseOrders: readonly LooseOrder[];
}

/** `noBatch` is the number of the batch for rows that name none. */
export function readMovements(rows: readonly ShownRow[], noBatch: number): RowMovements {
  const batches = new Map<number, BatchMovements>();
  const looseOrders = new Map<string, LooseOrder>();
  for (const row of rows) {
    const batchId = row.batchId ?? noBatch;
    const batch = batches.get(batchId) ?? newBatch(batchId, row);
    batches.set(batchId, batch);
    if (row.type === 'consume') batch.drawn += row.amount;
    else if (row.type === 'refund') batch.drawn -= row.amount;
    else if (row.type === 'recharge') addRecharge(batch, row, looseOrders);
  }
  return { batches, looseOrders: [...looseOrders.values()] };
}

const newBatch = (batchId: number, row: ShownRow): BatchMovements => ({
  batchId,
  legacyId: row.legacyBatchId,
  firstRow: row,
  recharged: 0,
  order: null,
  drawn: 0,
});

function addRecharge(
  batch: BatchMovements,
  row: ShownRow,
  looseOrders: Map<string, LooseOrder>,
): void {
  const id = usableId(row.sourceId);
  const isOwn = id !== null && row.batchId !== null && (batch.order?.id ?? id) === id;
  if (isOwn || id === null) batch.recharged += row.amount;
  if (isOwn) batch.order ??= { id, at: row.createdAt, ms: row.createdMs };
  if (isOwn || id === null) return;
  const order = looseOrders.get(id);
  if (order === undefined) looseOrders.set(id, { id, row, points: row.amount });
  else order.points += row.amount;
  if (row.batchId !== null) batch.recharged += row.amount;
}
