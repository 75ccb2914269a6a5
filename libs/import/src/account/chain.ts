import type { Faults } from '../faults.js';
import type { ReadRow, ShownRow } from './legacy-row.js';

/** Counts where the balances of neighbouring rows don't meet, and where the times don't follow the ids. */
export function countChainFaults(rows: readonly ReadRow[], faults: Faults): void {
  let previous: ShownRow | null = null;
  for (const { shown } of rows) {
    if (shown !== null) countFaultsOf(shown, previous, faults);
    previous = shown;
  }
}

function countFaultsOf(row: ShownRow, previous: ShownRow | null, faults: Faults): void {
  const { id, type, amount, before, after } = row;
  const isIncoming = type === 'recharge' || type === 'refund';
  if (after !== before + (isIncoming ? amount : -amount)) {
    faults.count('Chain', id, `${type} of ${amount} leads from ${before} to ${after}`);
  }
  if (previous === null) return;
  const isBroken = before !== previous.after;
  if (isBroken)
    faults.count('Chain', id, `begins at ${before}, behind a balance of ${previous.after}`);
  if (row.createdAt < previous.createdAt) {
    faults.count('Order', id, `is of ${row.createdAt}, behind a row of ${previous.createdAt}`);
  } else if (isBroken && row.createdAt === previous.createdAt) {
    faults.count(
      'Order',
      id,
      `is of the same instant as the row before it, whose balance it contradicts`,
    );
  }
}
