import { BUSINESSES } from './businesses.js';
import { UNIT_CALL, UNIT_SECOND, type Business } from './business.js';
import { DEFAULT_SETTINGS_POLICY, type Policy, type SettingsPolicy } from './policy.js';

/** The rules that this build knows. */
export const RULES_NUMBERS = [1, 2] as const;
export type RulesNumber = (typeof RULES_NUMBERS)[number];

/** When an account of points is worth a word to its user. The rules make nothing of them. */
export interface Notices {
  /** Balances, strictly falling. */
  readonly lowBalance: readonly number[];
  /** Days before points expire, strictly falling. */
  readonly expiringSoonDays: readonly number[];
}

/** What the rules are told: one version, whole, in force from its moment on until the next is. */
export interface Settings {
  /** The revision of its event in the stream of the settings, and one. */
  readonly version: number;
  readonly from: string;
  readonly rules: RulesNumber;
  readonly policy: SettingsPolicy;
  readonly businesses: readonly Business[];
  readonly notices: Notices;
}

/** A version as it was published. */
export interface PublishedSettings extends Settings {
  /** When it was published, by the clock of the store. */
  readonly at: string;
  readonly by: string;
  readonly note: string | null;
}

export const SETTINGS_STREAM = 'ledger-settings';

/** The first version is in force from here on. */
export const BEGINNING_OF_TIME = '0001-01-01T00:00:00.000Z';

/** So long at least before it is in force, a version is published. */
export const PUBLISHED_AHEAD_SECONDS = 360;

/** The five businesses of rules 1, as they were. */
export const FIRST_BUSINESSES: readonly Business[] = Object.entries(BUSINESSES).map(
  ([code, { label, billedBySecond }]) => ({
    code,
    label,
    unit: billedBySecond ? UNIT_SECOND : UNIT_CALL,
    price: null,
    retired: false,
  }),
);

const DEFAULT_NOTICES: Notices = { lowBalance: [], expiringSoonDays: [7, 1] };

interface FirstSettings {
  /** Whether accounts exist already: they go on under rules 1 until version 2 says otherwise. */
  readonly hasAccounts: boolean;
  /** Changes to the default policy. */
  readonly changes?: Partial<Policy>;
  /** Instead of the five, which rules 1 have. */
  readonly businesses?: readonly Business[];
  readonly at: string;
  readonly by: string;
}

/** Version 1, which the first process to start publishes. */
export function firstSettings({
  hasAccounts,
  changes = {},
  businesses = FIRST_BUSINESSES,
  at,
  by,
}: FirstSettings): PublishedSettings {
  const rules = hasAccounts ? 1 : 2;
  return {
    version: 1,
    from: BEGINNING_OF_TIME,
    at,
    by,
    note: null,
    rules,
    policy: { ...DEFAULT_SETTINGS_POLICY[rules], ...changes },
    businesses: rules === 1 ? FIRST_BUSINESSES : businesses,
    notices: DEFAULT_NOTICES,
  };
}
