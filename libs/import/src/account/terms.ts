import type { Mapping } from '../mapping/mapping-schema.js';

/** What an account is read by: the mapping, the settings in force, and the moment. */
export interface TakeOverTerms {
  readonly mapping: Mapping;
  /** The moment of the freeze, or of the check: ours, in milliseconds. */
  readonly at: string;
  /** Labels by the codes of the businesses, retired ones too. */
  readonly labels: ReadonlyMap<string, string>;
  readonly limits: TakeOverLimits;
}

/** Of the policy in force. */
export interface TakeOverLimits {
  readonly refundableDays: number;
  readonly consumptionsMax: number;
  readonly rechargesMax: number;
  readonly batchesMax: number;
  readonly openMax: number;
  readonly openDrawsMax: number;
}

export const DAY_MS = 86_400_000;
