// What the API answers, with the names that it has on the wire. Points are whole numbers, and times are Dates.

export interface Transaction {
  readonly id: number;
  /** Names the row for ever, which its id does not. */
  readonly row_ref: string;
  readonly user_id: string;
  readonly type: 'recharge' | 'consume' | 'expire' | 'refund';
  readonly amount: number;
  readonly balance_before: number;
  readonly balance_after: number;
  readonly source_type: string | null;
  readonly source_id: string | null;
  readonly batch_id: number | null;
  /** Seconds. */
  readonly duration: number | null;
  readonly description: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** The account is shown as it was before an event that could not be applied. */
export interface Parked {
  readonly since: Date;
  readonly code: string;
}

export interface Balance {
  readonly user_id: string;
  readonly balance: number;
  /** Points of open pre-deductions. */
  readonly held: number;
  readonly owed: number;
  readonly position: string | null;
  readonly at: Date;
  readonly parked?: Parked;
}

export interface Batch {
  readonly batch_id: number;
  readonly points: number;
  readonly remaining: number;
  readonly priority: number;
  /** null: never. */
  readonly expires_at: Date | null;
  readonly created_at: Date;
}

export interface UsageItem {
  /** A calendar day, such as `2030-01-31`. */
  readonly day?: string;
  readonly source_type?: string;
  readonly consumed: number;
  readonly refunded: number;
  readonly count: number;
  /** Seconds. */
  readonly duration: number;
}

export interface ConsumptionStory {
  readonly consumption_id: string;
  readonly revision: number;
  readonly source_type: string;
  readonly source_id: string | null;
  readonly status: 'open' | 'closed' | 'settled' | 'cancelled' | 'timed_out';
  readonly estimate: number | null;
  readonly actual: number | null;
  readonly charged: number | null;
  readonly owed: number;
  readonly uncollected: number;
  readonly refunded: number;
  readonly quantity: number | null;
  readonly price: Readonly<Record<string, unknown>> | null;
  readonly duration: number | null;
  readonly settle_by: Date | null;
  readonly opened_at: Date;
  readonly closed_at: Date | null;
  readonly draws: readonly { readonly batch_id: number; readonly points: number }[];
  readonly transactions: readonly Transaction[];
}

export interface RechargeStory {
  readonly recharge_id: string;
  readonly revision: number;
  readonly batch_id: number;
  readonly source_id: string | null;
  readonly points: number;
  readonly reversed: number;
  readonly reinstated: number;
  readonly transactions: readonly Transaction[];
}

/** Why a row exists. */
export interface Story {
  readonly transaction: Transaction;
  /** As it is stored: its times are text, because its hash covers them. */
  readonly event: Readonly<Record<string, unknown>>;
  readonly command: {
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly received_at: Date;
    readonly metadata: Readonly<Record<string, string>> | null;
  };
  readonly consumption: ConsumptionStory | null;
  readonly recharge: RechargeStory | null;
  readonly refunds: readonly Transaction[];
  readonly parked?: Parked;
}

export interface Quote {
  readonly points: number;
  readonly price: Readonly<Record<string, unknown>>;
  /** The version of the settings. */
  readonly settings: number;
  readonly affordable: boolean | null;
  readonly balance: number | null;
}

type Json = Readonly<Record<string, unknown>>;

/** The same with Dates in place of the texts of those fields. */
function withDates(told: Json, ...fields: readonly string[]): Json {
  const dates = fields
    .filter((field) => typeof told[field] === 'string')
    .map((field) => [field, new Date(String(told[field]))] as const);
  return { ...told, ...Object.fromEntries(dates) };
}

const parkedOf = (told: Json): Json =>
  told['parked'] === undefined ? {} : { parked: withDates(told['parked'] as Json, 'since') };

// Each of these takes what the API answers, whose fields its document describes.

export const toTransaction = (told: Json): Transaction =>
  withDates(told, 'created_at', 'updated_at') as unknown as Transaction;

export const toBalance = (told: Json): Balance =>
  ({ ...withDates(told, 'at'), ...parkedOf(told) }) as unknown as Balance;

export const toBatch = (told: Json): Batch =>
  withDates(told, 'expires_at', 'created_at') as unknown as Batch;

const transactionsOf = (told: Json, field: string): readonly Transaction[] =>
  (told[field] as readonly Json[]).map(toTransaction);

export function toStory(told: Json): Story {
  const { transaction, command, consumption, recharge } = told as Readonly<
    Record<string, Json | null>
  >;
  return {
    ...told,
    ...parkedOf(told),
    transaction: toTransaction(transaction ?? {}),
    command: withDates(command ?? {}, 'received_at'),
    consumption: consumption && {
      ...withDates(consumption, 'settle_by', 'opened_at', 'closed_at'),
      transactions: transactionsOf(consumption, 'transactions'),
    },
    recharge: recharge && {
      ...recharge,
      transactions: transactionsOf(recharge, 'transactions'),
    },
    refunds: transactionsOf(told, 'refunds'),
  } as unknown as Story;
}
