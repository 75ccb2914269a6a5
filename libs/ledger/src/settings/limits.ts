// Limits that are part of the rules. The limits that an operator may change are in policy.ts.
export const COMMAND_POINTS_MAX = 1_000_000_000;
export const BALANCE_MAX = 2_147_483_647;
export const RECHARGE_BALANCE_MAX = 2_000_000_000;
export const DURATION_SECONDS_MAX = 10_000_000;
export const PRIORITY_MAX = 100;
export const PRIORITY_DEFAULT = 50;
export const SETTLE_WITHIN_SECONDS_MAX = 604_800;
export const SOURCE_ID_MAX = 64;
export const ID_MAX = 128;
export const REASON_MAX = 200;
/** How long after it began a pre-deduction can be open. */
export const HOLD_DAYS_MAX = 30;
export const QUANTITY_MAX = 10_000_000;
