import { settingsFaults } from '#ledger';
import { DEMO_BUSINESSES } from './demo-settings.js';
import { settingsOf } from '#settings/testing';

describe('The businesses of the demo', () => {
  it('could be published as the first version', () => {
    const { version, at, ...draft } = settingsOf({ rules: 2, businesses: DEMO_BUSINESSES });
    expect(version).toBe(1);
    expect(settingsFaults(draft, { before: null, at })).toEqual([]);
  });
});
