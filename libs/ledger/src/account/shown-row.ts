import { isOnCalendar } from '../support/time.js';
import { BALANCE_MAX } from '../settings/limits.js';
import { BUSINESSES, type SourceType } from '../settings/businesses.js';
import { EXPIRE_LABEL, RECHARGE_LABEL, refundLabelOf } from '../settings/row-labels.js';
import { LEGACY_COLUMNS, type Alteration, type LegacyRow } from './import-events.js';

const TYPES = ['recharge', 'consume', 'expire', 'refund'] as const;

/** A legacy row as the read table shows it. Its times have six digits. */
export interface ShownLegacyRow {
  readonly legacyId: string;
  readonly type: (typeof TYPES)[number];
  readonly amount: number;
  readonly balanceBefore: number;
  readonly balanceAfter: number;
  readonly sourceType: string | null;
  readonly sourceId: string | null;
  readonly batchId: number | null;
  readonly duration: number | null;
  readonly description: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Thrown where an importer should have altered a row. */
export class UnshowableRow extends Error {
  override readonly name = 'UnshowableRow';
  constructor(legacyId: string, column: string) {
    super(`legacy row ${legacyId} can't be shown with its ${column}`);
  }
}

/** The row with what is altered of it; null: it is not shown. */
export function shownRow(
  row: LegacyRow,
  altered: readonly Alteration[] = [],
): ShownLegacyRow | null {
  if (altered.length === 0) return asShown(row);
  const values: unknown[] = [...row];
  for (const { field, now } of altered) {
    if (field === 'row') return null;
    values[LEGACY_COLUMNS.indexOf(field)] = now;
  }
  return asShown(values);
}

function asShown(values: readonly unknown[]): ShownLegacyRow {
  const [legacyId, type, amount, before, after, sourceType, sourceId] = values;
  const [batchId, duration, description, createdAt, updatedAt] = values.slice(7);
  const id = String(legacyId);
  const unlessShown = (isShown: boolean, column: string): void => {
    if (!isShown) throw new UnshowableRow(id, column);
  };
  unlessShown(isType(type), 'type');
  unlessShown(isPoints(amount) && amount > 0, 'amount');
  unlessShown(isPoints(before), 'balance_before');
  unlessShown(isPoints(after), 'balance_after');
  unlessShown(isTextOrNull(sourceType, 32), 'source_type');
  unlessShown(isTextOrNull(sourceId, 64), 'source_id');
  unlessShown(batchId === null || isBatchId(Number(batchId)), 'batch_id');
  unlessShown(duration === null || Number.isFinite(duration), 'duration');
  unlessShown(isTextOrNull(description), 'description');
  unlessShown(isTime(createdAt), 'created_at');
  unlessShown(isTime(updatedAt), 'updated_at');
  const shown = {
    legacyId: id,
    type,
    amount,
    balanceBefore: before,
    balanceAfter: after,
    sourceType,
    sourceId,
    batchId: batchId === null ? null : Number(batchId),
    duration,
    description,
    createdAt,
    updatedAt,
  } as ShownLegacyRow;
  return description === null ? { ...shown, description: labelOf(shown) } : shown;
}

const isType = (value: unknown): value is ShownLegacyRow['type'] =>
  TYPES.includes(value as ShownLegacyRow['type']);

const isPoints = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= BALANCE_MAX;

const isBatchId = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

/** Postgres takes neither a zero character nor half of a surrogate pair, and counts code points. */
const NOT_FOR_POSTGRES = /[\0\p{Cs}]/u;

const isTextOrNull = (value: unknown, charactersMax = Infinity): boolean =>
  value === null ||
  (typeof value === 'string' &&
    (value.length <= charactersMax || [...value].length <= charactersMax) &&
    !NOT_FOR_POSTGRES.test(value));

const TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;

const isTime = (value: unknown): boolean =>
  typeof value === 'string' &&
  TIME.test(value) &&
  value >= '0001' &&
  isOnCalendar(`${value.slice(0, 23)}Z`);

/** What a row of ours says, where no text was kept; null: its business is none of the five. */
function labelOf({ type, sourceType }: ShownLegacyRow): string | null {
  if (type === 'recharge') return RECHARGE_LABEL;
  if (type === 'expire') return EXPIRE_LABEL;
  if (sourceType === null || !Object.hasOwn(BUSINESSES, sourceType)) return null;
  const { label } = BUSINESSES[sourceType as SourceType];
  return type === 'consume' ? label : refundLabelOf(label);
}
