import { MemoryEventStore } from '#event-store/testing';
import { policyFingerprint } from '#identity';
import { BEGINNING_OF_TIME, DEFAULT_POLICY, SETTINGS_STREAM } from '#ledger';
import { settingsOf } from '#settings/testing';
import { StoreRefusedError } from '../store/errors.js';
import type { StoredEvent } from '../store/event-source.js';
import { MemoryEventSource } from '../testing/memory-event-source.js';
import { SWITCHED, writeLedgerOfRules2 } from '../testing/rules-2-ledger.js';
import { storedEventsIn, withChange, withForgedData } from '../testing/sample-events.js';
import { ANNA } from '../testing/sample-ledger.js';
import { knownSettings, readSettings, type ReadVersion } from './known-settings.js';

let events: StoredEvent[];
let versions: readonly ReadVersion[];
beforeAll(async () => {
  const store = new MemoryEventStore();
  await writeLedgerOfRules2(store, [ANNA]);
  events = await storedEventsIn(store);
  versions = await readSettings(new MemoryEventSource(events));
});

const read = (changed: readonly StoredEvent[]) => readSettings(new MemoryEventSource([...changed]));

describe('knownSettings', () => {
  it('knows the default policy, and those that the auditor names, by their fingerprints', () => {
    const other = { ...DEFAULT_POLICY, refundGraceDays: 0 };
    expect([...knownSettings().policies]).toEqual([
      [policyFingerprint(DEFAULT_POLICY), DEFAULT_POLICY],
    ]);
    const known = knownSettings([other, { ...other }]).policies;
    expect(known.size).toBe(2);
    expect(known.get(policyFingerprint(other))).toEqual(other);
  });

  it('knows the policies of the settings: of rules 1 the part that events name', () => {
    const one = settingsOf({ policy: { refundGraceDays: 2 } });
    const two = settingsOf({ version: 2, rules: 2, from: SWITCHED });
    const { policies } = knownSettings(
      [],
      [one, two].map((settings) => ({ ...settings, settings })),
    );
    const ofRules1 = { ...DEFAULT_POLICY, refundGraceDays: 2 };
    expect(policies.get(policyFingerprint(ofRules1))).toEqual(ofRules1);
    expect(policies.get(policyFingerprint(two.policy))).toEqual(two.policy);
  });

  it('finds the version that was in force at a moment', () => {
    const known = knownSettings([], versions);
    expect(known.inForceAt('2000-01-01T00:00:00.000Z')?.version).toBe(1);
    expect(known.inForceAt(SWITCHED)?.version).toBe(2);
    expect(known.inForceAt(new Date(Date.parse(SWITCHED) - 1).toISOString())?.version).toBe(1);
    expect(knownSettings().inForceAt(SWITCHED)).toBeNull();
  });

  it('gives the terms of a version, but of none whose rules it does not know', () => {
    const later = { version: 3, from: '2040-01-01T00:00:00.000Z', rules: 3, settings: null };
    const known = knownSettings([], [...versions, later]);
    expect(known.version(2)?.terms.businesses.get('chat')?.unit).toBe('thousand_tokens');
    expect(known.version(3)).toBeUndefined();
    expect(known.inForceAt('2041-01-01T00:00:00.000Z')?.version).toBe(3);
  });
});

describe('readSettings', () => {
  it('reads every version', () => {
    expect(versions.map(({ version, from, rules }) => [version, from, rules])).toEqual([
      [1, BEGINNING_OF_TIME, 1],
      [2, SWITCHED, 2],
    ]);
    expect(versions[1]?.settings).toMatchObject({ by: 'lin', note: 'prices of 2030' });
  });

  it('reads none of a ledger from before the settings', async () => {
    expect(await read(events.filter(({ stream }) => stream !== SETTINGS_STREAM))).toEqual([]);
  });

  it('keeps the header of a version whose rules it does not know', async () => {
    const forged = withForgedData(events, SETTINGS_STREAM, 1, (data) => (data['rules'] = 3));
    const [, unknown] = await read(forged);
    expect(unknown).toEqual({ version: 2, from: SWITCHED, rules: 3, settings: null });
  });

  it('leaves out a version that it can not read, or that stands in the place of another', async () => {
    const unreadable = withChange(events, SETTINGS_STREAM, 0, { data: '{' });
    expect((await read(unreadable)).map(({ version }) => version)).toEqual([2]);
    const moved = withForgedData(events, SETTINGS_STREAM, 1, (data) => (data['version'] = 7));
    expect((await read(moved)).map(({ version }) => version)).toEqual([1]);
  });

  it('reads nothing where the store refuses the stream, which is reported elsewhere', async () => {
    const refusing = {
      streamEvents: () => {
        throw new StoreRefusedError('stream-deleted', 'somebody has deleted it');
      },
    };
    expect(await readSettings(refusing)).toEqual([]);
  });

  it('passes on that the store is not there', async () => {
    const away = {
      streamEvents: () => {
        throw new Error('away');
      },
    };
    await expect(readSettings(away)).rejects.toThrow('away');
  });
});
