import { totalPoints } from './slices.js';
import { BALANCE_MAX } from '../settings/limits.js';
import { plusSeconds } from '../support/time.js';
import type { AccountOpened, ImportFields, OpeningBatch } from './import-events.js';
import { unorderedId } from './legacy-ids.js';

/** A job that began in the old service can be settled here for so long at least. */
const OPEN_SECONDS_MIN = 3_600;

type Opening = ImportFields<AccountOpened>;

/** Why an account can't be opened like that at that time; null: it can. */
export function openingFault(opening: Opening, at: string): string | null {
  return (
    batchesFault(opening, at) ??
    consumptionsFault(opening, at) ??
    drawsFault(opening) ??
    balanceFault(opening)
  );
}

function batchesFault({ batches }: Opening, at: string): string | null {
  const seen = new Set<number>();
  let createdAt = '';
  for (const batch of batches) {
    if (seen.has(batch.batchId)) return `batch ${batch.batchId} comes in twice`;
    seen.add(batch.batchId);
    if (batch.createdAt < createdAt) return `batch ${batch.batchId} is not in order of age`;
    ({ createdAt } = batch);
    if (createdAt > at) return `batch ${batch.batchId} was created later`;
  }
  return null;
}

function consumptionsFault({ closed, open }: Opening, at: string): string | null {
  const seen = new Set<string>();
  let before = '';
  for (const { consumptionId, rows, settledAt } of closed) {
    const fault = consumptionFault(seen, consumptionId, rows);
    if (fault !== null) return fault;
    if (settledAt < before || settledAt > at) {
      return `consumption ${consumptionId} is not in order of age`;
    }
    before = settledAt;
  }
  before = '';
  for (const { consumptionId, rows, draws, at: begunAt, settleBy } of open) {
    const fault = consumptionFault(seen, consumptionId, rows);
    if (fault !== null) return fault;
    if (begunAt < before || begunAt > at) {
      return `consumption ${consumptionId} is not in order of age`;
    }
    before = begunAt;
    if (draws.length === 0) return `consumption ${consumptionId} is open and holds nothing`;
    if (settleBy < plusSeconds(at, OPEN_SECONDS_MIN)) {
      return `consumption ${consumptionId} is open for less than an hour`;
    }
  }
  return null;
}

function consumptionFault(
  seen: Set<string>,
  consumptionId: string,
  rows: readonly string[],
): string | null {
  if (seen.has(consumptionId)) return `consumption ${consumptionId} is there twice`;
  seen.add(consumptionId);
  const unordered = rows.length === 0 || unorderedId(rows) !== undefined;
  return unordered ? `the rows of consumption ${consumptionId} are out of order` : null;
}

/** Every draw is of a batch that came in, and no batch gave more than it got. */
function drawsFault({ batches, closed, open }: Opening): string | null {
  const drawn = new Map<number, number>(batches.map(({ batchId }) => [batchId, 0]));
  for (const { consumptionId, draws } of [...closed, ...open]) {
    for (const { batchId, points } of draws) {
      const before = drawn.get(batchId);
      if (before === undefined) return `consumption ${consumptionId} drew on no batch ${batchId}`;
      drawn.set(batchId, before + points);
    }
  }
  const overdrawn = batches.find(
    ({ batchId, remaining, expired, points }) =>
      remaining + expired + (drawn.get(batchId) ?? 0) > points,
  );
  return overdrawn === undefined ? null : overdrawnBatch(overdrawn);
}

const overdrawnBatch = ({ batchId, points }: OpeningBatch): string =>
  `batch ${batchId} gave more than its ${points} points`;

function balanceFault({ balance, batches, open, adjusted }: Opening): string | null {
  const left = batches.reduce((sum, { remaining }) => sum + remaining, 0);
  if (balance !== left) return `it says the balance is ${balance}, the batches ${left}`;
  const held = open.reduce((sum, { draws }) => sum + totalPoints(draws), 0);
  if (balance + held > BALANCE_MAX) return `a balance of ${balance} with ${held} held`;
  const row = adjusted?.row ?? null;
  if (row === null) return null;
  const after = row.type === 'recharge' ? row.before + row.amount : row.before - row.amount;
  return after === balance ? null : `its adjustment leads to ${after}, and not to ${balance}`;
}
