import { FIRST_BUSINESSES, firstSettings } from './settings.js';
import { DEFAULT_POLICY } from './policy.js';
import { settingsFaults } from './validate-settings.js';

const AT = '2030-01-01T00:00:00.000Z';

describe('the first settings', () => {
  it('of an empty store are rules 2 and their defaults', () => {
    expect(firstSettings({ hasAccounts: false, at: AT, by: 'api' })).toEqual({
      version: 1,
      from: '0001-01-01T00:00:00.000Z',
      at: AT,
      by: 'api',
      note: null,
      rules: 2,
      policy: {
        refundableDays: 180,
        consumptionsMax: 20_000,
        refundGraceDays: 7,
        rememberDays: 8,
        rememberMin: 1_000,
        rememberMax: 10_000,
        batchesMax: 1_000,
        openDrawsMax: 500,
        overrun: 'owe',
        owedMax: 1_000_000,
        debtsMax: 1_000,
        rechargesMax: 2_000,
        openMax: 200,
      },
      businesses: FIRST_BUSINESSES,
      notices: { lowBalance: [], expiringSoonDays: [7, 1] },
    });
  });

  it('of a store with accounts are rules 1, by which they go on', () => {
    const { rules, policy } = firstSettings({ hasAccounts: true, at: AT, by: 'api' });
    expect(rules).toBe(1);
    expect(policy).toMatchObject(DEFAULT_POLICY);
  });

  it('have the changes to the policy that the process was given', () => {
    const changes = { refundGraceDays: 0, openDrawsMax: 9 };
    const { policy } = firstSettings({ hasAccounts: false, changes, at: AT, by: 'api' });
    expect(policy).toMatchObject({ ...changes, batchesMax: 1_000 });
  });

  it('have other businesses than the five only in an empty store', () => {
    const [first] = FIRST_BUSINESSES;
    const businesses = [...FIRST_BUSINESSES, { ...first!, code: 'translate' }];
    const of = (hasAccounts: boolean) =>
      firstSettings({ hasAccounts, businesses, at: AT, by: 'api' }).businesses;
    expect(of(false)).toEqual(businesses);
    expect(of(true)).toEqual(FIRST_BUSINESSES);
  });

  it.each([true, false])('could be published: with accounts %s', (hasAccounts) => {
    const { version, at, ...draft } = firstSettings({ hasAccounts, at: AT, by: 'api' });
    expect(version).toBe(1);
    expect(settingsFaults(draft, { before: null, at })).toEqual([]);
  });

  it('name the five businesses, in calls and in seconds, without a price', () => {
    expect(FIRST_BUSINESSES.map(({ code, unit }) => [code, unit])).toEqual([
      ['script', 'call'],
      ['polish', 'call'],
      ['voice_clone', 'call'],
      ['tts', 'second'],
      ['video', 'second'],
    ]);
    expect(FIRST_BUSINESSES[3]).toEqual({
      code: 'tts',
      label: '【配音合成】',
      unit: 'second',
      price: null,
      retired: false,
    });
  });
});
