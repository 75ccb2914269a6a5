import { epochMs, type OpeningBatch } from '#ledger';
import { toMilliseconds } from '../reading/legacy-time.js';
import { readMovements, type BatchMovements, type RowMovements } from './batch-movements.js';
import { derivedBatchId } from './batch-numbers.js';
import { refundableFrom } from './consumptions.js';
import type { ShownRow } from './legacy-row.js';
import type { LegacyBatch } from './read-batch.js';
import type { TakeOverTerms } from './terms.js';
import { usableSourceId } from './texts.js';

interface Candidate {
  readonly batch: OpeningBatch;
  readonly createdMs: number;
  /** It has points left, or something that can come back was drawn from it. */
  readonly isNeeded: boolean;
  /** When its order was credited; null: it is of none. */
  readonly orderMs: number | null;
}

export interface BatchesAtOpening {
  readonly userId: string;
  readonly rows: readonly ShownRow[];
  readonly noBatch: number;
  /** With what is left in them by the old table, or by what is believed. */
  readonly batches: readonly LegacyBatch[];
  /** What closed and open consumptions drew, by batch. */
  readonly drawn: ReadonlyMap<number, number>;
}

/**
 * Batches with points left, those that something can come back to, and those of recent orders, spent or
 * not, so that no order is credited a second time here. Oldest first.
 */
export function openingBatches(
  { userId, rows, noBatch, batches, drawn }: BatchesAtOpening,
  terms: TakeOverTerms,
): OpeningBatch[] {
  const moved = readMovements(rows, noBatch);
  const known = new Set(batches.map(({ batchId }) => batchId));
  const candidates = [
    ...batches.map((batch) =>
      ofTable(batch, moved.batches.get(batch.batchId), drawn.get(batch.batchId) ?? 0, terms),
    ),
    ...[...moved.batches.values()]
      .filter(({ batchId }) => !known.has(batchId))
      .map((movements) => ofRows(movements, noBatch, drawn.get(movements.batchId) ?? 0, terms)),
    ...ofLooseOrders(userId, moved, terms),
  ];
  const kept = keepRecentOrders(withUniqueRecharges(candidates), terms);
  return kept.sort(byAge).map(({ batch }) => batch);
}

function ofTable(
  batch: LegacyBatch,
  movements: BatchMovements | undefined,
  drawn: number,
  terms: TakeOverTerms,
): Candidate {
  const { batchId, legacyId, remaining, priority, expiresAt } = batch;
  const order = movements?.order ?? null;
  const createdAt = notAfter(
    batch.createdAt ?? (movements && toMilliseconds(movements.firstRow.createdAt)) ?? terms.at,
    terms.at,
  );
  const rechargeId = batch.rechargeId ?? order?.id ?? null;
  const told = batch.points ?? movements?.recharged ?? 0;
  return {
    batch: {
      batchId,
      legacyBatchId: legacyId,
      ...split(told, remaining, drawn, movements?.drawn ?? 0),
      priority,
      expiresAt,
      rechargeId,
      sourceId: batch.sourceId ?? usableSourceId(order?.id ?? null),
      createdAt,
    },
    createdMs: epochMs(createdAt),
    isNeeded: remaining > 0 || drawn > 0,
    orderMs: rechargeId === null ? null : (order?.ms ?? epochMs(createdAt)),
  };
}

/** The old table has no such batch any more, or the rows name none. It comes in empty. */
function ofRows(
  { batchId, legacyId, firstRow, recharged, order, drawn: net }: BatchMovements,
  noBatch: number,
  drawn: number,
  { at }: TakeOverTerms,
): Candidate {
  const createdAt = notAfter(toMilliseconds(firstRow.createdAt), at);
  return {
    batch: {
      batchId,
      legacyBatchId: batchId === noBatch ? null : legacyId,
      ...split(recharged, 0, drawn, net),
      ...EMPTY_BATCH,
      expiresAt: at,
      rechargeId: order?.id ?? null,
      sourceId: usableSourceId(order?.id ?? null),
      createdAt,
    },
    createdMs: epochMs(createdAt),
    isNeeded: drawn > 0,
    orderMs: order?.ms ?? null,
  };
}

const EMPTY_BATCH = { priority: 50 } as const;

/** An order that no batch stands for still may not be credited again. */
const ofLooseOrders = (
  userId: string,
  { looseOrders }: RowMovements,
  { at }: TakeOverTerms,
): Candidate[] =>
  looseOrders.map(({ id, row, points }) => {
    const createdAt = notAfter(toMilliseconds(row.createdAt), at);
    return {
      batch: {
        batchId: derivedBatchId(userId, `order ${id}`),
        legacyBatchId: null,
        ...split(points, 0, 0, 0),
        ...EMPTY_BATCH,
        expiresAt: at,
        rechargeId: id,
        sourceId: usableSourceId(id),
        createdAt,
      },
      createdMs: epochMs(createdAt),
      isNeeded: false,
      orderMs: row.createdMs,
    };
  });

/** What nobody can show as spent counts as expired, so that it is never owed. */
function split(
  told: number,
  remaining: number,
  drawn: number,
  net: number,
): Pick<OpeningBatch, 'points' | 'remaining' | 'expired'> {
  const points = Math.max(told, remaining + drawn);
  return { points, remaining, expired: Math.max(0, points - remaining - Math.max(drawn, net)) };
}

/** Of several batches of one recharge, the largest keeps its id: an id stands for one batch here. */
function withUniqueRecharges(candidates: readonly Candidate[]): Candidate[] {
  const largest = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { rechargeId, points } = candidate.batch;
    if (rechargeId === null) continue;
    const other = largest.get(rechargeId);
    if (other === undefined || points > other.batch.points) largest.set(rechargeId, candidate);
  }
  return candidates.map((candidate) => {
    const { rechargeId } = candidate.batch;
    if (rechargeId === null || largest.get(rechargeId) === candidate) return candidate;
    return { ...candidate, orderMs: null, batch: { ...candidate.batch, rechargeId: null } };
  });
}

function keepRecentOrders(candidates: readonly Candidate[], terms: TakeOverTerms): Candidate[] {
  const from = refundableFrom(terms);
  const spent = candidates
    .filter(({ isNeeded, orderMs }) => !isNeeded && orderMs !== null && orderMs >= from)
    .sort((one, other) => (other.orderMs ?? 0) - (one.orderMs ?? 0))
    .slice(0, terms.limits.rechargesMax);
  return [...candidates.filter(({ isNeeded }) => isNeeded), ...spent];
}

/** A clock of the old service may be a little ahead. */
const notAfter = (time: string, at: string): string => (time < at ? time : at);

function byAge(one: Candidate, other: Candidate): number {
  if (one.createdMs !== other.createdMs) return one.createdMs - other.createdMs;
  return one.batch.batchId - other.batch.batchId;
}
