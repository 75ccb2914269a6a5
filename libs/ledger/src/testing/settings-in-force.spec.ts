import { BEGINNING_OF_TIME, firstSettings, type Settings } from '../settings/settings.js';
import { settingsInForce } from './settings-in-force.js';

const AT = '2030-01-01T00:00:00.000Z';

describe('the settings in force', () => {
  const first: Settings = firstSettings({ hasAccounts: true, at: AT, by: 'api' });
  const second: Settings = { ...first, version: 2, from: '2030-02-01T00:00:00.000Z' };
  const third: Settings = { ...first, version: 3, from: '2030-03-01T00:00:00.000Z' };
  const versionAt = (at: string, ...versions: readonly Settings[]) =>
    settingsInForce(versions, at)?.version ?? null;

  it.each([
    [BEGINNING_OF_TIME, 1],
    ['2030-01-31T23:59:59.999Z', 1],
    ['2030-02-01T00:00:00.000Z', 2],
    ['2030-02-28T23:59:59.999Z', 2],
    ['2030-03-01T00:00:00.000Z', 3],
    ['9999-12-31T23:59:59.999Z', 3],
  ])('at %s are version %s, in whatever order they are read', (at, version) => {
    expect(versionAt(at, first, second, third)).toBe(version);
    expect(versionAt(at, third, first, second)).toBe(version);
  });

  it('are none where none were published', () => {
    expect(versionAt(AT)).toBeNull();
  });
});
