import { epochMs } from '#ledger';
import type { Faults } from '../faults.js';
import { derivedBatchId } from './batch-numbers.js';
import type { Adjustment } from './opening.js';
import type { LegacyBatch } from './read-batch.js';
import { DAY_MS, type TakeOverTerms } from './terms.js';

export interface BelievedBalance {
  readonly balance: number;
  readonly batches: readonly LegacyBatch[];
  readonly adjusted: Adjustment | null;
}

/** Where the last balance is not what the batches have left, the mapping says which of them is believed. */
export function believedBalance(
  userId: string,
  lastBalance: number,
  batches: readonly LegacyBatch[],
  terms: TakeOverTerms,
  faults: Faults,
): BelievedBalance {
  const left = batches.reduce((sum, { remaining }) => sum + remaining, 0);
  if (left === lastBalance) return { balance: left, batches, adjusted: null };
  const { believe, adjustMax = 0 } = terms.mapping;
  const difference = Math.abs(left - lastBalance);
  const isDecided = believe !== undefined && difference <= adjustMax;
  const detail = `the last balance is ${lastBalance}, and the batches have ${left} left`;
  faults.decide('Sum', isDecided, null, detail);
  const was = { balanceWas: lastBalance, batchesWas: left };
  if (!isDecided || believe === 'batches') {
    const type = left > lastBalance ? 'recharge' : 'expire';
    const row = { type, amount: difference, before: lastBalance } as const;
    return { balance: left, batches, adjusted: { ...was, believed: 'batches', row } };
  }
  return {
    balance: lastBalance,
    batches:
      left < lastBalance
        ? [...batches, madeUp(userId, difference, terms)]
        : reduced(batches, difference, terms.at),
    adjusted: { ...was, believed: 'balance', row: null },
  };
}

function madeUp(userId: string, points: number, { at, mapping }: TakeOverTerms): LegacyBatch {
  const days = mapping.adjustDays ?? null;
  return {
    batchId: derivedBatchId(userId, 'adjustment'),
    legacyId: null,
    remaining: points,
    points,
    priority: 50,
    expiresAt: days === null ? null : new Date(epochMs(at) + days * DAY_MS).toISOString(),
    rechargeId: null,
    sourceId: null,
    createdAt: at,
  };
}

/** Off batches that are gone by now, then in the order in which points are drawn. */
function reduced(batches: readonly LegacyBatch[], points: number, at: string): LegacyBatch[] {
  const isGone = ({ expiresAt }: LegacyBatch): boolean => expiresAt !== null && expiresAt <= at;
  const inOrder = batches.toSorted(
    (one, other) => Number(isGone(other)) - Number(isGone(one)) || inDrawingOrder(one, other),
  );
  const taken = new Map<LegacyBatch, number>();
  let left = points;
  for (const batch of inOrder) {
    const taking = Math.min(left, batch.remaining);
    taken.set(batch, taking);
    left -= taking;
  }
  return batches.map((batch) => ({
    ...batch,
    remaining: batch.remaining - (taken.get(batch) ?? 0),
  }));
}

const NEVER = '~';

function inDrawingOrder(one: LegacyBatch, other: LegacyBatch): number {
  const key = ({ expiresAt, createdAt }: LegacyBatch): string =>
    `${expiresAt ?? NEVER} ${createdAt ?? ''}`;
  if (one.priority !== other.priority) return one.priority - other.priority;
  const [first, second] = [key(one), key(other)];
  return first === second ? one.batchId - other.batchId : first < second ? -1 : 1;
}
