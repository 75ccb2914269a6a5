import { randomBytes } from 'node:crypto';
import {
  SealedSnapshots,
  SnapshotKeys,
  parseSnapshotKeys,
  type Snapshot,
  type SnapshotStore,
} from '#event-store';
import { MemoryEventStore } from '#event-store/testing';
import { accountStream } from '#identity';
import { knownSettings, readSettings, type KnownSettings } from '../checks/known-settings.js';
import type { StoredSnapshot } from '../store/snapshot-source.js';
import { MemoryEventSource } from '../testing/memory-event-source.js';
import { writeLedgerOfRules2 } from '../testing/rules-2-ledger.js';
import { storedEventsIn } from '../testing/sample-events.js';
import { ANNA } from '../testing/sample-ledger.js';
import { runSnapshotPass } from './snapshot-pass.js';

const [KEY] = parseSnapshotKeys(`spec:${randomBytes(32).toString('base64')}`);
if (KEY === undefined) throw new Error('there is no key');
const KEYS = new SnapshotKeys([KEY]);
const STREAM = accountStream(ANNA);

/** Keeps every snapshot, also of revisions that a later one would replace. */
class EverySnapshot implements SnapshotStore {
  readonly saved: StoredSnapshot[] = [];

  async load(): Promise<null> {
    return null;
  }

  async save(stream: string, key: string, snapshot: Snapshot): Promise<void> {
    this.saved.push({ stream, key, ...snapshot });
  }

  async remove(): Promise<void> {}
}

let source: MemoryEventSource;
let known: KnownSettings;
let saved: readonly StoredSnapshot[];
beforeAll(async () => {
  const store = new MemoryEventStore();
  const snapshots = new EverySnapshot();
  await writeLedgerOfRules2(store, [ANNA], new SealedSnapshots(snapshots, KEYS));
  source = new MemoryEventSource(await storedEventsIn(store));
  known = knownSettings([], await readSettings(source));
  ({ saved } = snapshots);
});

async function pass(snapshots: readonly StoredSnapshot[]) {
  const access = { snapshots: { forStream: async () => snapshots }, keys: KEYS };
  return runSnapshotPass({ ...access, source, known }, { streams: [STREAM] }, () => {});
}

interface State {
  readonly consumptions: { hold: { price: { points: string } | null } | null }[];
  readonly debts: { points: number; duration: number | null }[];
  readonly recharges: { uncollected: number; expired: number; taken: { points: number }[] }[];
  rechargesSeen: number;
}

const stateOf = ({ state }: StoredSnapshot): State => JSON.parse(state) as State;

const isReversed = ({ taken }: State['recharges'][number]): boolean => taken.length > 0;
const isPriced = ({ hold }: State['consumptions'][number]): boolean => hold?.price != null;

const isOfRules2 = ({ key }: StoredSnapshot): boolean => key.endsWith(':2');

describe('runSnapshotPass, of an account that went from rules 1 to rules 2', () => {
  it('has snapshots of both rules, with debts, reversals and prices in them', () => {
    expect(saved.filter((one) => !isOfRules2(one)).length).toBeGreaterThan(0);
    const states = saved.filter(isOfRules2).map(stateOf);
    expect(states.some(({ debts }) => debts.length > 0)).toBe(true);
    expect(states.some(({ recharges }) => recharges.some(isReversed))).toBe(true);
    expect(states.some(({ consumptions }) => consumptions.some(isPriced))).toBe(true);
  });

  it('finds no damage in what processes keep', async () => {
    const { findings, ...counts } = await pass(saved);
    expect(findings.sorted()).toEqual([]);
    expect(counts).toEqual({ compared: saved.length, unknownKeys: 0, notCompared: 0 });
  });

  it.each<[string, (state: State) => boolean, (state: State) => unknown, RegExp]>([
    [
      'another debt',
      ({ debts }) => debts.length > 0,
      ({ debts }) => (debts[0]!.points += 1),
      /^owed is \d+, the events come to \d+$/,
    ],
    [
      'another duration of what is owed',
      ({ debts }) => debts.length > 0,
      ({ debts }) => (debts[0]!.duration = 7),
      /^debts is/,
    ],
    [
      'more that was taken back of a recharge',
      ({ recharges }) => recharges.some(isReversed),
      ({ recharges }) => (recharges.find(isReversed)!.taken[0]!.points += 1),
      /^recharge \d+ is/,
    ],
    [
      'uncollected points of a recharge',
      ({ recharges }) => recharges.length > 0,
      ({ recharges }) => (recharges[0]!.uncollected += 1),
      /^recharge \d+ is/,
    ],
    [
      'expired points of a recharge',
      ({ recharges }) => recharges.length > 0,
      ({ recharges }) => (recharges[0]!.expired += 1),
      /^recharge \d+ is/,
    ],
    [
      'a recharge too few',
      ({ recharges }) => recharges.length > 1,
      ({ recharges }) => recharges.shift(),
      /^recharge \d+ is missing$/,
    ],
    [
      'another number of recharges',
      () => true,
      (state) => (state.rechargesSeen += 1),
      /^recharges seen is \d+, the events come to \d+$/,
    ],
    [
      'another price of a pre-deduction',
      ({ consumptions }) => consumptions.some(isPriced),
      ({ consumptions }) => (consumptions.find(isPriced)!.hold!.price!.points = '9'),
      /^consumption h1 is/,
    ],
  ])('names one with a good seal and %s', async (_, isFitting, change, detail) => {
    const honest = saved.filter(isOfRules2).find((one) => isFitting(stateOf(one)));
    if (honest === undefined) throw new Error('there is no such snapshot');
    const { key, revision, hash } = honest;
    const state = stateOf(honest);
    change(state);
    const forged = KEYS.seal(STREAM, key, { revision, hash, state: JSON.stringify(state) });
    const { findings } = await pass([{ stream: STREAM, key, ...forged }]);
    expect(findings.sorted()).toMatchObject([
      { kind: 'snapshot-differs', stream: STREAM, revision },
    ]);
    expect(findings.sorted()[0]?.detail).toMatch(detail);
  });
});
