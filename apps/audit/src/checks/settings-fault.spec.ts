import { policyFingerprint } from '#identity';
import { policyOfRules1, type LedgerEvent, type Provenance } from '#ledger';
import { settingsOf } from '#settings/testing';
import { knownSettings } from './known-settings.js';
import { namedSettings } from './settings-fault.js';

const ONE = settingsOf({});
const TWO = settingsOf({ version: 2, rules: 2, from: '2030-01-05T00:00:00.000Z' });
const THREE = { version: 3, from: '2031-01-01T00:00:00.000Z', rules: 3, settings: null };
const known = knownSettings(
  [],
  [...[ONE, TWO].map((settings) => ({ ...settings, settings })), THREE],
);
const POLICY = policyFingerprint(policyOfRules1(ONE.policy));

/** What is said of an event at that time whose meta names those. */
function named(at: string, names: Partial<Provenance>, by = known) {
  const event = { type: 'PointsExpired', at } as LedgerEvent;
  const command = { source: '/spec', id: 'x', type: 'ExpirePoints' } as const;
  const provenance = { command, correlation: '', ...names };
  const found = namedSettings(by, { first: 0, events: [event], provenance });
  if (found.kind === 'fault') return found.fault;
  return found.settings === null ? 'before the settings' : found.settings.settings.version;
}

const EARLY = '2030-01-01T00:00:00.000Z';
const LATE = '2030-02-01T00:00:00.000Z';

describe('namedSettings', () => {
  it('finds the version that was in force', () => {
    expect(named(EARLY, { settings: 1, rules: 1, policy: POLICY })).toBe(1);
    expect(named(LATE, { settings: 2, rules: 2 })).toBe(2);
    expect(named(TWO.from, { settings: 2, rules: 2 })).toBe(2);
  });

  it('finds none where none is named, as long as rules 1 were in force', () => {
    expect(named(EARLY, { policy: POLICY })).toBe('before the settings');
    expect(named(LATE, { policy: POLICY }, knownSettings())).toBe('before the settings');
    expect(named(LATE, { policy: POLICY })).toEqual({
      kind: 'settings-wrong',
      detail: 'it names none, and version 2 of rules 2 was',
    });
  });

  it.each([7, 3])('misses version %i, which is not there or can not be judged', (settings) => {
    expect(named(LATE, { settings, rules: 2 })).toEqual({
      kind: 'settings-missing',
      detail: `there is no version ${settings} of the settings that can be read`,
    });
  });

  it.each<[string, string, Partial<Provenance>, string]>([
    [
      'a version that was replaced',
      LATE,
      { settings: 1, rules: 1, policy: POLICY },
      `version 1 was not in force at ${LATE}, but 2`,
    ],
    [
      'a version that was to come',
      EARLY,
      { settings: 2, rules: 2 },
      `version 2 was not in force at ${EARLY}, but 1`,
    ],
    [
      'a version, where one of unknown rules was in force',
      '2031-06-01T00:00:00.000Z',
      { settings: 2, rules: 2 },
      'version 2 was not in force at 2031-06-01T00:00:00.000Z, but 3',
    ],
    ['other rules', LATE, { settings: 2, rules: 1 }, 'it says rules 1, version 2 says rules 2'],
    [
      'another policy',
      EARLY,
      { settings: 1, rules: 1, policy: 'x' },
      `its policy is x, that of version 1 ${POLICY}`,
    ],
  ])('rejects %s', (_, at, names, detail) => {
    expect(named(at, names)).toEqual({ kind: 'settings-wrong', detail });
  });
});
