/** The limits that an operator may change. Passed in, never read from anywhere by the rules. */
export interface Policy {
  /** A consumption can be refunded this long after it closed. */
  readonly refundableDays: number;
  /** … and only while it is among this many that closed last. */
  readonly consumptionsMax: number;
  /** Refunded points live at least this long; 0: every batch takes its points back as it is. */
  readonly refundGraceDays: number;
  /** An answered command is remembered at least this long, */
  readonly rememberDays: number;
  /** … or while it is among this many newest, */
  readonly rememberMin: number;
  /** … but never more than this many. */
  readonly rememberMax: number;
  /** Batches with points left, grace batches not counted. */
  readonly batchesMax: number;
  /** Draws that all open pre-deductions hold together. */
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

/** Every way in which the values can't be a policy; none: they can. */
export function policyFaults(policy: Policy): readonly string[] {
  const faults = Object.entries(policy)
    .filter(([, value]) => !Number.isSafeInteger(value) || (value as number) < 0)
    .map(([name]) => `${name} must be a whole number, 0 or more`);
  if (policy.rememberMin > policy.rememberMax) {
    faults.push('rememberMin must not be greater than rememberMax');
  }
  return faults;
}

/** For those who check what happened instead of deciding what will: no limit, nothing forgotten. */
export const REMEMBER_EVERYTHING: Policy = {
  ...DEFAULT_POLICY,
  refundableDays: Number.MAX_SAFE_INTEGER,
  consumptionsMax: Number.MAX_SAFE_INTEGER,
  rememberDays: Number.MAX_SAFE_INTEGER,
  rememberMin: Number.MAX_SAFE_INTEGER,
  rememberMax: Number.MAX_SAFE_INTEGER,
};
