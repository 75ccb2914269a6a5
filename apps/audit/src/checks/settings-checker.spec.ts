import { createHash } from 'node:crypto';
import type { Position } from '#event-store';
import { MemoryEventStore, MemoryLog } from '#event-store/testing';
import { settingsEventId } from '#identity';
import { FIRST_BUSINESSES, SETTINGS_STREAM } from '#ledger';
import { VersionWriter } from '#settings/testing';
import type { StoredEvent } from '../store/event-source.js';
import { BUSINESSES_OF_RULES_2 } from '../testing/rules-2-ledger.js';
import { withFreshHashes } from '../testing/sample-events.js';
import type { Damage } from './findings.js';
import { SettingsChecker } from './settings-checker.js';

const at = '2030-06-01T00:00:00.000Z';

/** Three versions as they were written; the last one names unknown rules. */
async function versions(...changes: object[]): Promise<StoredEvent[]> {
  const store = new MemoryEventStore({ log: new MemoryLog() });
  const writer = new VersionWriter(store);
  for (const change of changes) await writer.write({ at, ...change });
  const events: StoredEvent[] = [];
  for await (const event of store.readStream(SETTINGS_STREAM)) {
    events.push({ ...event, hash: Buffer.from(event.hash).toString('hex') });
  }
  return events;
}

const intact = () =>
  versions(
    {},
    { from: '2030-06-01T00:06:00.000Z', rules: 2 },
    { from: '2031-01-01T00:00:00.000Z', rules: 3 },
  );

function damageOf(events: readonly StoredEvent[]): [string, number | null][] {
  const found: Damage[] = [];
  const checker = new SettingsChecker(SETTINGS_STREAM, (damage) => found.push(damage));
  for (const event of events) checker.check(event);
  checker.finish();
  return found.map(({ kind, revision }) => [kind, revision]);
}

describe('The check of the settings', () => {
  it('finds nothing in versions as they are published, also of unknown rules', async () => {
    expect(damageOf(await intact())).toEqual([]);
  });

  it.each<[string, string, (events: StoredEvent[]) => unknown]>([
    [
      'data that were changed',
      'hash-broken',
      ([, two]) => swap(two, 'data', '"by":"test"', '"by":"best"'),
    ],
    ['meta that were changed', 'hash-broken', ([, two]) => swap(two, 'meta', 'spec', 'speg')],
    ['a version that is missing', 'revision-gap', (events) => events.splice(1, 1)],
    [
      'a version at an earlier place',
      'order-broken',
      ([, two]) => Object.assign(two ?? {}, { position: 'memory:0' as Position }),
    ],
  ])('finds %s', async (_, kind, tamper) => {
    const events = await intact();
    tamper(events);
    expect(damageOf(events).map(([found]) => found)).toContain(kind);
  });

  it('finds a version that was in force too early, or before the version before it', async () => {
    const early = await versions({}, { from: '2030-06-01T00:05:59.999Z', rules: 2 });
    expect(damageOf(early)).toEqual([['rule-broken', 1]]);
    const back = await versions(
      {},
      { from: '2030-06-02T00:00:00.000Z', rules: 2 },
      { from: '2030-06-01T12:00:00.000Z', rules: 2 },
    );
    expect(damageOf(back)).toEqual([['rule-broken', 2]]);
  });

  it.each<[string, object]>([
    ['lowers the rules', { rules: 1 }],
    ['leaves out a business', { businesses: FIRST_BUSINESSES.slice(1) }],
    [
      'changes the unit of a business',
      { businesses: FIRST_BUSINESSES.map((one) => ({ ...one, unit: 'call' })) },
    ],
  ])('finds a version that %s, which nobody could have published', async (_, changes) => {
    const [one, two] = [{}, { from: '2030-06-02T00:00:00.000Z', rules: 2 }];
    const three = { from: '2030-06-03T00:00:00.000Z', rules: 2, ...changes };
    const found = damageOf(await versions(one, two, three));
    expect(found.length).toBeGreaterThan(0);
    for (const damage of found) expect(damage).toEqual(['rule-broken', 2]);
  });

  it('finds an id that does not follow from the version, although the hashes fit', async () => {
    const events = await intact();
    const id = '11111111-1111-5111-8111-111111111111';
    const forged = withFreshHashes(
      events.map((event) => (event.revision === 1 ? { ...event, id } : event)),
      SETTINGS_STREAM,
    );
    expect(damageOf(forged)).toEqual([['id-not-derived', 1]]);
  });

  it.each(['data', 'meta'] as const)(
    'finds what was added to the %s of a version',
    async (field) => {
      const events = await intact();
      swap(events[1], field, '{', '{"secret":1,');
      const forged = events.map((event) => {
        const digest = createHash('sha256').update(event.data).digest('hex');
        return { ...event, id: settingsEventId(event.revision, digest) };
      });
      expect(damageOf(withFreshHashes(forged, SETTINGS_STREAM))).toEqual([['rule-broken', 1]]);
    },
  );

  it('tells the newest version', async () => {
    const checker = new SettingsChecker(SETTINGS_STREAM, () => {});
    expect(checker.newest).toBeNull();
    for (const event of await intact()) checker.check(event);
    expect(checker.newest).toEqual({ version: 3, from: '2031-01-01T00:00:00.000Z', rules: 3 });
  });

  it('finds a version that is not what it says', async () => {
    const late = await versions({ from: at });
    expect(damageOf(late)).toEqual([['rule-broken', 0]]);
    const other = await versions({ businesses: BUSINESSES_OF_RULES_2 });
    expect(damageOf(other)).toEqual([['unreadable', 0]]);
    const damaged = await versions({ policy: { batchesMax: -1 } });
    expect(damageOf(damaged)).toEqual([['unreadable', 0]]);
  });
});

function swap(event: StoredEvent | undefined, field: 'data' | 'meta', a: string, b: string): void {
  if (event?.[field].includes(a) !== true) throw new Error(`no ${a} in ${field}`);
  Object.assign(event, { [field]: event[field].replace(a, b) });
}
