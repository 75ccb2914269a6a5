import { PRIORITY_DEFAULT, PRIORITY_MAX, epochMs } from '#ledger';
import type { Faults } from '../faults.js';
import { batchNumber, wholeNumber } from '../reading/legacy-number.js';
import { parseLegacyTime, toMilliseconds } from '../reading/legacy-time.js';
import type { RawBatch } from '../reading/raw-record.js';
import { derivedBatchId } from './batch-numbers.js';
import type { TakeOverTerms } from './terms.js';
import { usableId, usableSourceId } from './texts.js';

/** A batch of the old table. Times are ours, in milliseconds. */
export interface LegacyBatch {
  readonly batchId: number;
  readonly legacyId: string | null;
  readonly remaining: number;
  /** null: the table does not tell it. */
  readonly points: number | null;
  readonly priority: number;
  readonly expiresAt: string | null;
  readonly rechargeId: string | null;
  readonly sourceId: string | null;
  readonly createdAt: string | null;
}

const AHEAD_MS_MAX = 300_000;

/** The batches that can be read, each with a number of its own. */
export function readBatches(
  raws: readonly RawBatch[],
  userId: string,
  terms: TakeOverTerms,
  faults: Faults,
): LegacyBatch[] {
  const numbers = new Set<number>();
  return raws.map((raw, index) => {
    const batchId = numberOf(raw, numbers, index, userId, terms, faults);
    numbers.add(batchId);
    return readBatch(raw, batchId, terms, faults);
  });
}

function numberOf(
  { id }: RawBatch,
  taken: ReadonlySet<number>,
  index: number,
  userId: string,
  { mapping }: TakeOverTerms,
  faults: Faults,
): number {
  const number = id === null ? null : batchNumber(id);
  if (number !== null && !taken.has(number)) return number;
  const what =
    number === null ? `the id of a batch is ${id ?? 'missing'}` : `two batches are ${id}`;
  faults.decide('BatchId', mapping.batchIds === 'derive', id, what);
  const derived = derivedBatchId(userId, id ?? `at ${index}`);
  return number === null && !taken.has(derived)
    ? derived
    : derivedBatchId(userId, `${id} at ${index}`);
}

function readBatch(
  raw: RawBatch,
  batchId: number,
  terms: TakeOverTerms,
  faults: Faults,
): LegacyBatch {
  return {
    batchId,
    legacyId: raw.id,
    remaining: readRemaining(raw, terms, faults),
    points: readPoints(raw, faults),
    priority: readPriority(raw, faults),
    expiresAt: readExpiry(raw, terms, faults),
    rechargeId: usableId(raw.rechargeId ?? null),
    sourceId: usableSourceId(raw.sourceId ?? null),
    createdAt: readCreation(raw, terms, faults),
  };
}

function readRemaining(raw: RawBatch, { mapping }: TakeOverTerms, faults: Faults): number {
  const remaining = wholeNumber(raw.remaining);
  if (remaining === null) {
    faults.undecided('Number', raw.id, notWhole('the points left', raw.remaining));
    return 0;
  }
  if (remaining >= 0) return remaining;
  faults.decide('Negative', mapping.negative === 'zero', raw.id, `a batch has ${remaining} left`);
  return 0;
}

function readPoints(raw: RawBatch, faults: Faults): number | null {
  const { points: text = null } = raw;
  if (text === null) return null;
  const points = wholeNumber(text);
  if (points === null || points < 0) {
    faults.undecided('Number', raw.id, notWhole('the points credited', text));
  }
  return Math.max(0, points ?? 0);
}

function readPriority(raw: RawBatch, faults: Faults): number {
  if (raw.priority === undefined || raw.priority === null) return PRIORITY_DEFAULT;
  const priority = wholeNumber(raw.priority);
  if (priority !== null && priority >= 0 && priority <= PRIORITY_MAX) return priority;
  faults.undecided(
    'Number',
    raw.id,
    `the priority is ${raw.priority}, and not 0 to ${PRIORITY_MAX}`,
  );
  return PRIORITY_DEFAULT;
}

const notWhole = (what: string, text: string | null): string =>
  `${what} of a batch are ${text ?? 'missing'}, and no whole number of 32 bits`;

/** null: never. A date alone lasts to its end. */
function readExpiry(raw: RawBatch, { mapping }: TakeOverTerms, faults: Faults): string | null {
  if (raw.expiresAt === null) return null;
  const time = parseLegacyTime(raw.expiresAt, mapping.zone, { lasts: true });
  if (time.kind === 'infinity' || time.kind === 'late') return null;
  if (time.kind === 'time') return toMilliseconds(time.utc);
  const why = time.kind === 'no zone' ? 'tells no zone: name it as "zone"' : 'is no time';
  faults.undecided('Time', raw.id, `the expiry ${raw.expiresAt} of a batch ${why}`);
  return null;
}

/** null: not told. */
function readCreation(raw: RawBatch, terms: TakeOverTerms, faults: Faults): string | null {
  if (raw.createdAt === undefined || raw.createdAt === null) return null;
  const time = parseLegacyTime(raw.createdAt, terms.mapping.zone);
  if (time.kind === 'time' && time.ms <= epochMs(terms.at) + AHEAD_MS_MAX) {
    return toMilliseconds(time.utc);
  }
  const why = time.kind === 'no zone' ? 'tells no zone: name it as "zone"' : 'is no time that was';
  faults.undecided('Time', raw.id, `the creation ${raw.createdAt} of a batch ${why}`);
  return null;
}
