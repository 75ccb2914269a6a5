import { MemoryLog, MemorySnapshotStore, type Snapshot, type SnapshotStore } from '#event-store';
import { DEFAULT_POLICY } from '#ledger';
import {
  consume,
  errorOf,
  eventsIn,
  eventually,
  expectSound,
  gate,
  openDesk,
  recharge,
  run,
} from './desk.suite.js';

const EVERY = { snapshotEvery: 10 };

/** A store of one snapshot that a test can bend. */
class OneSnapshot implements SnapshotStore {
  kept: Snapshot | null = null;
  readonly keys = new Set<string>();

  async load(stream: string, key: string): Promise<Snapshot | null> {
    this.keys.add(`${stream} ${key}`);
    return this.kept;
  }

  async save(_stream: string, _key: string, snapshot: Snapshot): Promise<void> {
    this.kept = snapshot;
  }
}

/** An account with 25 events and a snapshot as of its last one. */
async function withSnapshot() {
  const log = new MemoryLog();
  const snapshots = new OneSnapshot();
  const { desk } = openDesk({ log, snapshots, limits: EVERY });
  const consumes = Array.from({ length: 24 }, (_, i) => consume(`c${i}`, 1));
  await run(desk, recharge('r', 100), ...consumes);
  await desk.drain(1_000);
  const { kept } = snapshots;
  if (kept === null) throw new Error('no snapshot was saved');
  return { log, snapshots, kept };
}

describe('A snapshot', () => {
  it('spares the events behind it being read', async () => {
    const { log, snapshots, kept } = await withSnapshot();
    expect(kept.revision).toBe(24);
    await run(openDesk({ log }).desk, consume('later', 1));
    const { desk, noted } = openDesk({ log, snapshots, limits: EVERY });
    const [spent, again] = await run(desk, consume('next', 5), consume('c3', 1));
    expect(spent?.answer).toMatchObject({ balance: 70, revision: 26 });
    expect(again?.answer).toMatchObject({ balance: 96, revision: 4, replayed: true });
    expect(noted('loaded')).toMatchObject([[{ from: 'snapshot', events: 1 }]]);
    expectSound(log);
  });

  it('is written anew after so many events, and not before', async () => {
    const { log, snapshots } = await withSnapshot();
    const { desk } = openDesk({ log, snapshots, limits: EVERY });
    for (let i = 0; i < 9; i += 1) await run(desk, consume(`d${i}`, 1));
    expect(snapshots.kept?.revision).toBe(24);
    await run(desk, consume('d9', 1));
    await eventually(() => expect(snapshots.kept?.revision).toBe(34));
  });

  it('is keyed by the policy it was made under', async () => {
    const log = new MemoryLog();
    const snapshots = new MemorySnapshotStore();
    const commands = Array.from({ length: 12 }, (_, i) => recharge(`r${i}`, 1));
    const first = openDesk({ log, snapshots, limits: EVERY });
    await run(first.desk, ...commands);
    await first.desk.drain(1_000);
    const policy = { ...DEFAULT_POLICY, refundableDays: 1 };
    const other = openDesk({ log, snapshots, limits: EVERY, policy });
    await run(other.desk, consume('a', 1));
    expect(other.noted('loaded')).toMatchObject([[{ from: 'stream' }]]);
    expect(other.noted('snapshotIgnored')).toHaveLength(0);
  });

  it.each<[string, (kept: Snapshot) => Snapshot]>([
    ['changed in one place', (kept) => ({ ...kept, state: kept.state.replace('"c7"', '"c8"') })],
    ['cut off', (kept) => ({ ...kept, state: kept.state.slice(0, -20) })],
    ['not a state at all', (kept) => ({ ...kept, state: 'nonsense' })],
    ['of another revision', (kept) => ({ ...kept, revision: 20 })],
    ['of another history', (kept) => ({ ...kept, hash: new Uint8Array(32) })],
  ])('that is %s is ignored and reported, and changes no decision', async (_, bend) => {
    const { log, snapshots, kept } = await withSnapshot();
    snapshots.kept = bend(kept);
    const { desk, noted } = openDesk({ log, snapshots, limits: { snapshotEvery: 1_000 } });
    const [spent] = await run(desk, consume('next', 5));
    expect(spent?.answer).toMatchObject({ status: 'accepted', balance: 71, revision: 25 });
    expect(noted('snapshotIgnored')).toHaveLength(1);
    expect(noted('loaded')).toMatchObject([[{ from: 'stream', events: 25 }]]);
    expectSound(log);
  });

  it('that is ahead of its stream is ignored: the stream is what happened', async () => {
    const { snapshots } = await withSnapshot();
    const restored = new MemoryLog();
    await run(openDesk({ log: restored }).desk, recharge('r', 100), consume('c0', 1));
    const { desk, noted } = openDesk({ log: restored, snapshots });
    const [spent] = await run(desk, consume('next', 5));
    expect(spent?.answer).toMatchObject({ balance: 94, revision: 2 });
    expect(noted('snapshotIgnored')).toHaveLength(1);
  });

  it('that can not be loaded or saved holds nothing up', async () => {
    const failing: SnapshotStore = {
      load: () => Promise.reject(new Error('away')),
      save: () => Promise.reject(new Error('away')),
    };
    const { desk, log, noted } = openDesk({ snapshots: failing, limits: { snapshotEvery: 1 } });
    await run(desk, recharge('r', 100));
    await run(desk, consume('a', 1));
    expect(eventsIn(log)).toHaveLength(2);
    await eventually(() => expect(noted('snapshotNotSaved')).toHaveLength(2));
    expect(noted('snapshotIgnored')).toHaveLength(1);
  });

  it('is saved while the account goes on, only so many at a time', async () => {
    const { opened, open } = gate();
    let saves = 0;
    const slow: SnapshotStore = {
      load: async () => null,
      save: () => {
        saves += 1;
        return opened;
      },
    };
    const limits = { snapshotEvery: 1, snapshotsUnderWayMax: 1 };
    const { desk } = openDesk({ snapshots: slow, limits });
    await run(desk, recharge('r', 100));
    await run(desk, consume('a', 1));
    const [spent] = await run(desk, consume('b', 1));
    expect(spent?.answer.balance).toBe(98);
    expect(saves).toBe(1);
    open();
    expect(await errorOf(desk.drain(1_000))).toBeUndefined();
  });
});
