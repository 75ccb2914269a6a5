import type { ConsumptionStory } from '#contracts';
import { isSettledLate } from './cost.js';

/** What became of the part of a settlement that the balance did not cover. */
export interface Shortfall {
  /** Charged with the settlement, beside the estimate. */
  readonly charged: number;
  /** What became a debt: all of the following but the last. */
  readonly debt: number;
  readonly collected: number;
  readonly forgiven: number;
  readonly open: number;
  readonly uncollected: number;
}

/** null: the balance covered everything. */
export function shortfallOf(consumption: ConsumptionStory): Shortfall | null {
  const { status, actual, charged, owed: open, uncollected, estimate } = consumption;
  if (status !== 'settled' || actual === null || charged === null) return null;
  const collected = collectedFor(consumption);
  const forgiven = actual - charged - open - uncollected;
  const debt = collected + forgiven + open;
  if (debt + uncollected === 0) return null;
  const before = isSettledLate(consumption) ? 0 : (estimate ?? 0);
  return { charged: charged - collected - before, debt, collected, forgiven, open, uncollected };
}

/** The rows that paid a debt differ from the others by their description alone. */
function collectedFor({ transactions }: ConsumptionStory): number {
  const [first] = transactions;
  return transactions
    .filter(({ type, description }) => type === 'consume' && description !== first?.description)
    .reduce((sum, { amount }) => sum + amount, 0);
}
