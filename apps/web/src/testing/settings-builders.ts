import type { SettingsVersion } from '#contracts';
import type { Business } from '../businesses/businesses.js';

export const businessOf = (code: string, overrides: Partial<Business> = {}): Business => ({
  code,
  label: `【${code}】`,
  unit: 'call',
  price: null,
  retired: false,
  ...overrides,
});

/** Builds a version as the API returns it. */
export const versionOf = (overrides: Partial<SettingsVersion> = {}): SettingsVersion => ({
  version: 1,
  from: '0001-01-01T00:00:00.000Z',
  at: '2030-01-01T00:00:00.000Z',
  by: 'points-ledger',
  note: null,
  rules: 2,
  policy: { owedMax: 1_000_000, overrun: 'owe' },
  businesses: [businessOf('script')],
  notices: { lowBalance: [], expiringSoonDays: [7, 1] },
  ...overrides,
});
