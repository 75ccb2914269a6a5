import type { CommandType } from './names.js';

/** The answer to a command. Fields that an older ledger does not tell are null. */
export interface Outcome {
  readonly command_id: string;
  readonly command_source: string;
  readonly command_type: CommandType;
  readonly user_id: string;
  readonly status: 'accepted' | 'refused' | 'invalid';
  readonly code: RefusalCode | 'Invalid' | null;
  readonly detail: string | null;
  readonly balance: number | null;
  /** What the account owes after the command. */
  readonly owed: number | null;
  /** What the command itself moved. */
  readonly points: number | null;
  /** What went to debts. */
  readonly collected: number | null;
  readonly uncollected: number | null;
  readonly consumption_id: string | null;
  readonly recharge_id: string | null;
  readonly batch_id: number | null;
  /** For reading one's own write: pass it as `min_position`. */
  readonly position: string | null;
  /** It was answered before, and nothing happened now. */
  readonly replayed: boolean;
}

/** The codes that this client knows. A newer ledger may have others, which are refusals too. */
export const REFUSAL_CODES = [
  'AlreadyExpired',
  'BalanceLimit',
  'TooManyBatches',
  'ConsumptionIdReused',
  'TooManyOpen',
  'InsufficientPoints',
  'UnknownConsumption',
  'ConsumptionClosed',
  'DurationNotAllowed',
  'NothingToRefund',
  'RefundExceedsConsumption',
  'ConsumptionOpen',
  'UnknownBusiness',
  'QuantityNotAllowed',
  'QuantityMissing',
  'NoPrice',
  'NothingToCharge',
  'PriceTooHigh',
  'ConsumptionTimedOut',
  'HoldTooLong',
  'RechargeIdReused',
  'UnknownRecharge',
  'NothingToReverse',
  'ReversalExceedsRecharge',
  'NothingToReinstate',
  'ReinstatementExceedsReversal',
  'TooManySlices',
  'CommandIdReused',
  'TooLate',
  'NotTakenOver',
] as const;

/** Any text: a newer ledger may refuse for reasons that this client does not know. */
export type RefusalCode = (typeof REFUSAL_CODES)[number] | (string & Record<never, never>);

const TEXTS = ['code', 'detail', 'consumption_id', 'recharge_id', 'position'] as const;
const NUMBERS = ['balance', 'owed', 'points', 'collected', 'uncollected', 'batch_id'] as const;

/** null: it is no outcome. Fields that it has beside are left out, and those that it lacks are null. */
export function parseOutcome(input: unknown): Outcome | null {
  if (typeof input !== 'object' || input === null) return null;
  const told = input as Readonly<Record<string, unknown>>;
  const required = ['command_id', 'command_source', 'command_type', 'user_id', 'status'];
  if (required.some((field) => typeof told[field] !== 'string')) return null;
  if (!['accepted', 'refused', 'invalid'].includes(String(told['status']))) return null;
  if (!isNullOr('string', told, TEXTS) || !isNullOr('number', told, NUMBERS)) return null;
  const fields = [...required, ...TEXTS, ...NUMBERS].map(
    (field) => [field, told[field] ?? null] as const,
  );
  // Every field was looked at.
  return {
    ...Object.fromEntries(fields),
    replayed: told['replayed'] === true,
  } as unknown as Outcome;
}

const isNullOr = (
  type: 'string' | 'number',
  told: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): boolean =>
  fields.every(
    (field) => told[field] === undefined || told[field] === null || typeof told[field] === type,
  );

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
