import type { ConsumptionStory } from '#contracts';

/** Points drawn by a consumption, points refunded, and the difference. */
export interface Cost {
  readonly drawn: number;
  readonly refunded: number;
  readonly net: number;
}

export function costOf({ draws, refunded }: Pick<ConsumptionStory, 'draws' | 'refunded'>): Cost {
  const drawn = draws.reduce((sum, { points }) => sum + points, 0);
  return { drawn, refunded, net: drawn - refunded };
}

/** Settled after the timeout: the estimate was refunded completely, then the actual cost was drawn. */
export function isSettledLate(consumption: ConsumptionStory): boolean {
  const { status, estimate, actual, charged, refunded } = consumption;
  const held = estimate ?? 0;
  return (
    status === 'settled' &&
    costOf(consumption).drawn === held + (charged ?? actual ?? 0) &&
    refunded >= held &&
    actual !== 0
  );
}

/** Nobody settled it in time, and its sender wanted it to be charged then. */
export const isChargedOnTimeout = (consumption: ConsumptionStory): boolean =>
  consumption.status === 'settled' &&
  !isSettledLate(consumption) &&
  consumption.settle_by !== null &&
  consumption.closed_at !== null &&
  consumption.closed_at >= consumption.settle_by;
