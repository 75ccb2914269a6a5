import { SettingsUnavailable } from '#settings';
import { settingsInForceOf } from '#settings/testing';
import { GREEN } from '../health/health.js';
import { settingsHealth } from './settings-health.js';

const clock = { timeOfDay: () => Date.parse('2030-01-01T00:00:00.000Z') };

describe('The health of the settings', () => {
  it('is green where they are known for the present moment', () => {
    const moments: string[] = [];
    const peek = (at: string) => {
      moments.push(at);
      return settingsInForceOf();
    };
    expect(settingsHealth({ peek }, clock)).toEqual(GREEN);
    expect(moments).toEqual(['2030-01-01T00:00:00.000Z']);
  });

  it('says that they could not be read, or are of unknown rules, and lets the process go on', () => {
    const unread = settingsHealth({ peek: () => null }, clock);
    expect(unread).toMatchObject({
      state: 'amber',
      reason: expect.stringContaining('read') as string,
    });
    const peek = () => {
      throw new SettingsUnavailable('unknown-rules', 'They are of rules 3');
    };
    expect(settingsHealth({ peek }, clock)).toEqual({
      state: 'amber',
      reason: 'They are of rules 3',
    });
  });
});
