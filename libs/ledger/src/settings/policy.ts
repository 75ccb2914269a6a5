/** The limits that an operator may change. The rules get them passed in and never read them. */
export interface Policy {
  /** How long after it closed a consumption can be refunded, */
  readonly refundableDays: number;
  /** and only while it is among this many that closed last. */
  readonly consumptionsMax: number;
  /** How long refunded points live at least; 0: points always return to their own batch. */
  readonly refundGraceDays: number;
  /** How long an answered command stays in the idempotency window at least. */
  readonly rememberDays: number;
  /** This many newest commands stay in the window, however old they are. */
  readonly rememberMin: number;
  /** No more than this many commands stay in the window. */
  readonly rememberMax: number;
  /** Batches with points left, not counting grace batches; by rules 2 those that are held too. */
  readonly batchesMax: number;
  /** The draws of all open pre-deductions together. */
  readonly openDrawsMax: number;
}

/** What happens when a settlement costs more than the estimate and the balance together. */
export const OVERRUNS = ['refuse', 'cap', 'owe'] as const;
export type Overrun = (typeof OVERRUNS)[number];

/** The policy of a version of the settings. Rules 1 make nothing of what it has beside `Policy`. */
export interface SettingsPolicy extends Policy {
  /** For consumptions and settlements that name none. */
  readonly overrun: Overrun;
  /** What an account can owe. */
  readonly owedMax: number;
  /** The debts that an account can have at a time. */
  readonly debtsMax: number;
  /** This many newest recharges are remembered, whatever became of their points. */
  readonly rechargesMax: number;
  /** Pre-deductions that are open at a time. */
  readonly openMax: number;
}

/** What an account remembers by. Without `rechargesMax` it does not remember recharges at all. */
export type AccountPolicy = Policy & Partial<Pick<SettingsPolicy, 'rechargesMax'>>;

/**
 * Of `refundGraceDays`, a century. Times are texts with years of four digits: a grace that ends after
 * the year 9999 could not be compared, and one that no date can name would stop every refund.
 */
export const REFUND_GRACE_DAYS_MAX = 36_500;

/** Under rules 1. */
export const DEFAULT_POLICY: Policy = {
  refundableDays: 180,
  consumptionsMax: 20_000,
  refundGraceDays: 7,
  rememberDays: 8,
  rememberMin: 1_000,
  rememberMax: 10_000,
  batchesMax: 1_000,
  openDrawsMax: 1_000,
};

const DEBT_DEFAULTS = {
  overrun: 'owe',
  owedMax: 1_000_000,
  debtsMax: 1_000,
  rechargesMax: 2_000,
  openMax: 200,
} as const satisfies Partial<SettingsPolicy>;

/** The policy of the settings where nothing else is said. */
export const DEFAULT_SETTINGS_POLICY: Readonly<Record<1 | 2, SettingsPolicy>> = {
  1: { ...DEFAULT_POLICY, ...DEBT_DEFAULTS },
  2: { ...DEFAULT_POLICY, openDrawsMax: 500, ...DEBT_DEFAULTS },
};

/** Of a whole policy, what rules 1 know: the part that their fingerprint covers. */
export function policyOfRules1(policy: Policy): Policy {
  const names = Object.keys(DEFAULT_POLICY) as (keyof Policy)[];
  return Object.fromEntries(names.map((name) => [name, policy[name]])) as unknown as Policy;
}

/** What is wrong with the values as a policy; empty when they are valid. */
export function policyFaults(policy: Policy): readonly string[] {
  const faults = Object.entries(policy)
    .filter(([, value]) => !Number.isSafeInteger(value) || (value as number) < 0)
    .map(([name]) => `${name} must be a whole number, 0 or more`);
  if (policy.refundGraceDays > REFUND_GRACE_DAYS_MAX) {
    faults.push(`refundGraceDays must be at most ${REFUND_GRACE_DAYS_MAX}`);
  }
  if (policy.rememberMin > policy.rememberMax) {
    faults.push('rememberMin must not be greater than rememberMax');
  }
  return faults;
}

/** For checking a history instead of deciding commands: no limit, and nothing is evicted. */
export const REMEMBER_EVERYTHING: Policy & Required<AccountPolicy> = {
  ...DEFAULT_POLICY,
  refundableDays: Number.MAX_SAFE_INTEGER,
  consumptionsMax: Number.MAX_SAFE_INTEGER,
  rememberDays: Number.MAX_SAFE_INTEGER,
  rememberMin: Number.MAX_SAFE_INTEGER,
  rememberMax: Number.MAX_SAFE_INTEGER,
  rechargesMax: Number.MAX_SAFE_INTEGER,
};
