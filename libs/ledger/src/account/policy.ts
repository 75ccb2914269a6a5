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
  /** Batches with points left, not counting grace batches. */
  readonly batchesMax: number;
  /** The draws of all open pre-deductions together. */
  readonly openDrawsMax: number;
}

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

/** What is wrong with the values as a policy; empty when they are valid. */
export function policyFaults(policy: Policy): readonly string[] {
  const faults = Object.entries(policy)
    .filter(([, value]) => !Number.isSafeInteger(value) || (value as number) < 0)
    .map(([name]) => `${name} must be a whole number, 0 or more`);
  if (policy.rememberMin > policy.rememberMax) {
    faults.push('rememberMin must not be greater than rememberMax');
  }
  return faults;
}

/** For checking a history instead of deciding commands: no limit, and nothing is evicted. */
export const REMEMBER_EVERYTHING: Policy = {
  ...DEFAULT_POLICY,
  refundableDays: Number.MAX_SAFE_INTEGER,
  consumptionsMax: Number.MAX_SAFE_INTEGER,
  rememberDays: Number.MAX_SAFE_INTEGER,
  rememberMin: Number.MAX_SAFE_INTEGER,
  rememberMax: Number.MAX_SAFE_INTEGER,
};
