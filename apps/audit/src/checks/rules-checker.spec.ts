import { readFileSync, readdirSync } from 'node:fs';
import type { CommandType } from '#contracts';
import { type EventStore, type RecordedEvent } from '#event-store';
import { MemoryEventStore } from '#event-store/testing';
import { accountStream, chainHash } from '#identity';
import type { Policy } from '#ledger';
import { WriterBeforeSettings } from '../testing/ledger-writer.js';
import { writeSampleLedger, ANNA } from '../testing/sample-ledger.js';
import { AccountChecker } from './account-checker.js';
import type { Damage } from './findings.js';
import { KnownSettings, knownSettings } from './known-settings.js';

interface Vector {
  readonly policy: Policy;
  readonly steps: readonly {
    readonly command: {
      readonly source: string;
      readonly id: string;
      readonly type: CommandType;
      readonly data: object;
      readonly at: string;
    };
  }[];
}

const DIRECTORY = 'test/vectors';
const FILES = readdirSync(DIRECTORY).filter((name) => name.endsWith('.json'));

type Event = Omit<RecordedEvent, 'hash'> & { readonly hash: string };

async function storedIn(store: EventStore): Promise<Event[]> {
  const { events } = await store.readAll(null, 1_000_000);
  return events.map((event) => ({ ...event, hash: Buffer.from(event.hash).toString('hex') }));
}

function audited(events: readonly Event[], known: KnownSettings): Damage[] {
  const found: Damage[] = [];
  for (const stream of new Set(events.map((event) => event.stream))) {
    const audit = new AccountChecker(stream, known, (damage) => found.push(damage));
    for (const event of events) if (event.stream === stream) audit.check(event);
    audit.finish();
  }
  return found;
}

async function writtenBy({ policy, steps }: Vector): Promise<Event[]> {
  const store = new MemoryEventStore();
  const writer = new WriterBeforeSettings(store, policy);
  for (const { command } of steps) await writer.run(command, command.id);
  return storedIn(store);
}

describe('RulesChecker', () => {
  it.each(FILES)(
    'finds nothing in what %s makes, whether its policy is known or not',
    async (name) => {
      const vector = JSON.parse(readFileSync(`${DIRECTORY}/${name}`, 'utf8')) as Vector;
      const events = await writtenBy(vector);
      expect(events.length).toBeGreaterThan(50);
      expect(audited(events, knownSettings([vector.policy]))).toEqual([]);
      expect(audited(events, new KnownSettings([], []))).toEqual([]);
    },
  );

  it('finds every number, time and reference of every event changed, although all hashes fit', async () => {
    const store = new MemoryEventStore();
    await writeSampleLedger(store, { users: [ANNA] });
    const events = await storedIn(store);
    expect(audited(events, knownSettings())).toEqual([]);
    const unseen: string[] = [];
    let changes = 0;
    for (const [at, { data, type }] of events.entries()) {
      for (const [name, changed] of changesOf(JSON.parse(data) as object)) {
        changes += 1;
        const forged = events.map((event, index) =>
          index === at ? { ...event, data: changed } : event,
        );
        if (audited(rehashed(forged), knownSettings()).length === 0) unseen.push(`${type} ${name}`);
      }
    }
    expect(changes).toBeGreaterThan(150);
    expect([...new Set(unseen)].sort()).toEqual(FREE);
  });
});

/** Fields that a sender may choose freely. Only hashes and anchors protect them. */
const FREE = [
  'CommandRefused details.asked',
  'ConsumptionSettled duration',
  'PointsConsumed duration',
  'PointsConsumed settleBy',
  'PointsRecharged priority',
];

/** Changes each number and each time of an event, one at a time. */
function* changesOf(event: object): Iterable<readonly [name: string, data: string]> {
  for (const [path, value] of leavesOf(event, [])) {
    const isTime = typeof value === 'string' && /^\d{4}-.*Z$/.test(value);
    if (typeof value !== 'number' && !isTime) continue;
    const changed = typeof value === 'number' ? value + 1 : value.replace(/:\d\d\./, ':59.');
    yield [path.join('.').replace(/\.\d+\./, '.'), JSON.stringify(replaced(event, path, changed))];
  }
}

function* leavesOf(value: unknown, path: string[]): Iterable<readonly [string[], unknown]> {
  if (typeof value !== 'object' || value === null) yield [path, value];
  else for (const [name, inner] of Object.entries(value)) yield* leavesOf(inner, [...path, name]);
}

function replaced(event: object, path: readonly string[], value: unknown): object {
  const copy = structuredClone(event) as Record<string, unknown>;
  let inner = copy;
  for (const name of path.slice(0, -1)) inner = inner[name] as Record<string, unknown>;
  inner[path.at(-1) ?? ''] = value;
  return copy;
}

function rehashed(events: readonly Event[]): Event[] {
  let before: Uint8Array = new Uint8Array(32);
  return events.map((event) => {
    before = chainHash(before, { ...event, stream: accountStream(ANNA) });
    return { ...event, hash: Buffer.from(before).toString('hex') };
  });
}
