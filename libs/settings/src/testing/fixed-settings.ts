import {
  BEGINNING_OF_TIME,
  DEFAULT_SETTINGS_POLICY,
  FIRST_BUSINESSES,
  type PublishedSettings,
} from '#ledger';
import {
  toSettingsInForce,
  type SettingsInForce,
  type SettingsSource,
} from '../settings-in-force.js';

/** Version 1 of rules 1 as they were, with what a test changes. */
export function settingsOf(changes: FixedSettingsOptions = {}): PublishedSettings {
  const { policy, rules = 1, ...rest } = changes;
  return {
    version: 1,
    from: BEGINNING_OF_TIME,
    at: '2026-01-01T00:00:00.000Z',
    by: 'test',
    note: null,
    businesses: FIRST_BUSINESSES,
    notices: { lowBalance: [], expiringSoonDays: [7, 1] },
    ...rest,
    rules,
    policy: { ...DEFAULT_SETTINGS_POLICY[rules], ...policy },
  };
}

export interface FixedSettingsOptions extends Partial<Omit<PublishedSettings, 'policy'>> {
  readonly policy?: Partial<PublishedSettings['policy']>;
}

export const settingsInForceOf = (changes?: FixedSettingsOptions): SettingsInForce =>
  toSettingsInForce(settingsOf(changes));

/** Settings that never change, for tests and benches of what is decided by them. */
export function fixedSettings(changes?: FixedSettingsOptions): SettingsSource {
  const inForce = settingsInForceOf(changes);
  return { peek: () => inForce, inForceAt: async () => inForce, isTakeOverOn: () => false };
}
