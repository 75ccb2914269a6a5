import { eventually } from '#testing';
import type { Snapshot, SnapshotStore } from '#event-store';
import { MemoryLog, MemorySnapshotStore } from '#event-store/testing';
import { accountStream } from '#identity';
import { DEFAULT_POLICY } from '#ledger';
import {
  KEYS,
  USER,
  consume,
  errorOf,
  eventsIn,
  expectValidHistory,
  gate,
  openProcessor,
  recharge,
  refund,
  run,
  withSeals,
} from './testing/index.js';

const EVERY = { snapshotEvery: 10 };
const RARELY = { snapshotEvery: 1_000 };

/** A store of one snapshot that a test can alter. */
class OneSnapshot implements SnapshotStore {
  stored: Snapshot | null = null;
  readonly keys = new Set<string>();

  async load(stream: string, key: string): Promise<Snapshot | null> {
    this.keys.add(`${stream} ${key}`);
    return this.stored;
  }

  async save(_stream: string, _key: string, snapshot: Snapshot): Promise<void> {
    this.stored = snapshot;
  }

  async remove(): Promise<void> {
    this.stored = null;
  }
}

/** An account with 25 events and a snapshot as of its last one. */
async function withSnapshot() {
  const log = new MemoryLog();
  const snapshots = new OneSnapshot();
  const { processor } = openProcessor({ log, snapshots: withSeals(snapshots), limits: EVERY });
  const consumes = Array.from({ length: 24 }, (_, i) => consume(`c${i}`, 1));
  await run(processor, recharge('r', 100), ...consumes);
  await processor.drain(1_000);
  const { stored: kept } = snapshots;
  if (kept === null) throw new Error('no snapshot was saved');
  const [place = ''] = snapshots.keys;
  /** Alters the snapshot and seals it with our key, as a bug of ours or a stolen key would. */
  const reseal = (change: Partial<Snapshot>): Snapshot =>
    KEYS.seal(accountStream(USER), place.split(' ')[1] ?? '', { ...kept, ...change });
  return { log, snapshots, kept, reseal };
}

describe('A snapshot', () => {
  it('replaces reading the events before it', async () => {
    const { log, snapshots, kept: stored } = await withSnapshot();
    expect(stored.revision).toBe(24);
    await run(openProcessor({ log }).processor, consume('later', 1));
    const { processor, observed } = openProcessor({
      log,
      snapshots: withSeals(snapshots),
      limits: EVERY,
    });
    const [spent, again] = await run(processor, consume('next', 5), consume('c3', 1));
    expect(spent?.answer).toMatchObject({ balance: 70, revision: 26 });
    expect(again?.answer).toMatchObject({ balance: 96, revision: 4, replayed: true });
    expect(observed('accountLoaded')).toMatchObject([[{ from: 'snapshot', events: 1 }]]);
    expectValidHistory(log);
  });

  it('is saved again after the configured number of events and not before', async () => {
    const { log, snapshots } = await withSnapshot();
    const { processor } = openProcessor({
      log,
      snapshots: withSeals(snapshots),
      limits: EVERY,
    });
    for (let i = 0; i < 9; i += 1) await run(processor, consume(`d${i}`, 1));
    expect(snapshots.stored?.revision).toBe(24);
    await run(processor, consume('d9', 1));
    await eventually(() => expect(snapshots.stored?.revision).toBe(34));
  });

  it('is stored under a key that contains the policy', async () => {
    const log = new MemoryLog();
    const snapshots = new MemorySnapshotStore();
    const commands = Array.from({ length: 12 }, (_, i) => recharge(`r${i}`, 1));
    const first = openProcessor({ log, snapshots: withSeals(snapshots), limits: EVERY });
    await run(first.processor, ...commands);
    await first.processor.drain(1_000);
    const policy = { ...DEFAULT_POLICY, refundableDays: 1 };
    const other = openProcessor({ log, snapshots: withSeals(snapshots), limits: EVERY, policy });
    await run(other.processor, consume('a', 1));
    expect(other.observed('accountLoaded')).toMatchObject([[{ from: 'stream' }]]);
    expect(other.observed('snapshotIgnored')).toHaveLength(0);
  });

  it.each<[string, (stored: Snapshot) => Snapshot]>([
    [
      'changed in one byte',
      (stored) => ({ ...stored, state: stored.state.replace('"c7"', '"c8"') }),
    ],
    [
      'given points',
      (stored) => ({ ...stored, state: stored.state.replace(',76]]', ',1000000]]') }),
    ],
    ['cut off', (stored) => ({ ...stored, state: stored.state.slice(0, -20) })],
    ['not a state at all', (stored) => ({ ...stored, state: 'nonsense' })],
    ['of another revision', (stored) => ({ ...stored, revision: 20 })],
    ['of another history', (stored) => ({ ...stored, hash: new Uint8Array(32) })],
  ])(
    'that was %s without the key raises an alarm, is removed and has no effect',
    async (_, tamper) => {
      const { log, snapshots, kept: stored } = await withSnapshot();
      expect(tamper(stored)).not.toEqual(stored);
      snapshots.stored = tamper(stored);
      const { processor, observed } = openProcessor({
        log,
        snapshots: withSeals(snapshots),
        limits: RARELY,
      });
      const [refunded, spent] = await run(processor, refund('back', 'c3'), consume('next', 77));
      expect(refunded?.answer).toMatchObject({ status: 'accepted', balance: 77, revision: 25 });
      expect(spent?.answer).toMatchObject({ status: 'accepted', balance: 0, revision: 26 });
      expect(observed('snapshotForged')).toEqual([[accountStream(USER)]]);
      expect(observed('accountLoaded')).toMatchObject([[{ from: 'stream', events: 25 }]]);
      expect(snapshots.stored).toBeNull();
      expectValidHistory(log);
    },
  );

  it.each<[string, Partial<Snapshot>]>([
    ['not a state at all', { state: 'nonsense' }],
    ['of another revision than its state', { revision: 20 }],
    ['of another history', { hash: new Uint8Array(32) }],
  ])('that is %s is ignored and reported even with a valid seal', async (_, change) => {
    const { log, snapshots, reseal } = await withSnapshot();
    snapshots.stored = reseal(change);
    const { processor, observed } = openProcessor({
      log,
      snapshots: withSeals(snapshots),
      limits: RARELY,
    });
    const [spent] = await run(processor, consume('next', 5));
    expect(spent?.answer).toMatchObject({ status: 'accepted', balance: 71, revision: 25 });
    expect(observed('snapshotIgnored')).toHaveLength(1);
    expect(observed('accountLoaded')).toMatchObject([[{ from: 'stream', events: 25 }]]);
    expectValidHistory(log);
  });

  it('that was sealed with a former key is ignored without an alarm', async () => {
    const { log, snapshots, kept: stored } = await withSnapshot();
    snapshots.stored = { ...stored, keyId: 'before' };
    const { processor, observed } = openProcessor({
      log,
      snapshots: withSeals(snapshots),
      limits: RARELY,
    });
    await run(processor, consume('next', 5));
    expect(observed('snapshotForged')).toHaveLength(0);
    expect(observed('snapshotIgnored')).toHaveLength(1);
    expect(observed('accountLoaded')).toMatchObject([[{ from: 'stream' }]]);
  });

  it('that is ahead of its stream is ignored, because the stream is authoritative', async () => {
    const { snapshots } = await withSnapshot();
    const restored = new MemoryLog();
    await run(openProcessor({ log: restored }).processor, recharge('r', 100), consume('c0', 1));
    const { processor, observed } = openProcessor({
      log: restored,
      snapshots: withSeals(snapshots),
    });
    const [spent] = await run(processor, consume('next', 5));
    expect(spent?.answer).toMatchObject({ balance: 94, revision: 2 });
    expect(observed('snapshotIgnored')).toHaveLength(1);
  });

  it('does not delay any command when it can’t be loaded or saved', async () => {
    const failing: SnapshotStore = {
      load: () => Promise.reject(new Error('away')),
      save: () => Promise.reject(new Error('away')),
      remove: () => Promise.reject(new Error('away')),
    };
    const { processor, log, observed } = openProcessor({
      snapshots: withSeals(failing),
      limits: { snapshotEvery: 1 },
    });
    await run(processor, recharge('r', 100));
    await run(processor, consume('a', 1));
    expect(eventsIn(log)).toHaveLength(2);
    await eventually(() => expect(observed('snapshotNotSaved')).toHaveLength(2));
    expect(observed('snapshotIgnored')).toHaveLength(1);
  });

  it('is saved in the background, at most the configured number at a time', async () => {
    const { opened, open } = gate();
    let saves = 0;
    const slow: SnapshotStore = {
      load: async () => null,
      save: () => {
        saves += 1;
        return opened;
      },
      remove: async () => undefined,
    };
    const limits = { snapshotEvery: 1, pendingSnapshotsMax: 1 };
    const { processor } = openProcessor({ snapshots: withSeals(slow), limits });
    await run(processor, recharge('r', 100));
    await run(processor, consume('a', 1));
    const [spent] = await run(processor, consume('b', 1));
    expect(spent?.answer.balance).toBe(98);
    expect(saves).toBe(1);
    open();
    expect(await errorOf(processor.drain(1_000))).toBeUndefined();
  });
});

describe('A snapshot that is checked against its events', () => {
  const CHECKED = { ...RARELY, snapshotCheckOneIn: 1 };
  const withAddedPoints = (kept: Snapshot): Partial<Snapshot> => ({
    state: kept.state.replace(',76]]', ',1000000]]'),
  });

  it('is used when it agrees with them', async () => {
    const { log, snapshots, kept: stored } = await withSnapshot();
    const { processor, observed } = openProcessor({
      log,
      snapshots: withSeals(snapshots),
      limits: CHECKED,
    });
    await run(processor, consume('next', 5));
    await processor.drain(1_000);
    expect(observed('snapshotChecked')).toHaveLength(1);
    expect(observed('snapshotDiffers')).toHaveLength(0);
    expect(snapshots.stored).toEqual(stored);
  });

  it('is replayed once by a process, however often it is loaded', async () => {
    const { log, snapshots } = await withSnapshot();
    const { processor, observed } = openProcessor({
      log,
      snapshots: withSeals(snapshots),
      limits: CHECKED,
    });
    for (const id of ['x1', 'x2', 'x3']) {
      await run(processor, consume(id, 1));
      await eventually(() => expect(observed('snapshotChecked')).toHaveLength(1));
      processor.clearCache();
    }
    await processor.drain(1_000);
    expect(observed('accountLoaded')).toHaveLength(3);
    expect(observed('snapshotChecked')).toHaveLength(1);
  });

  it('raises an alarm when it differs, and no command is decided on it', async () => {
    const { log, snapshots, kept: stored, reseal } = await withSnapshot();
    // The balance is checked against the last event as well, so the difference has to be in the batches.
    snapshots.stored = reseal({ state: stored.state.replace('"c7"', '"c8"') });
    const { processor, observed } = openProcessor({
      log,
      snapshots: withSeals(snapshots),
      limits: CHECKED,
    });
    await run(processor, consume('next', 5));
    await eventually(() => expect(observed('snapshotDiffers')).toHaveLength(1));
    await eventually(() => expect(snapshots.stored).toBeNull());
    const [known] = await run(processor, consume('c7', 1));
    expect(known?.answer).toMatchObject({ replayed: true });
    expect(observed('accountLoaded')).toMatchObject([[{ from: 'snapshot' }], [{ from: 'stream' }]]);
    expectValidHistory(log);
  });

  it('is removed together with a later snapshot that was made from it, when it differs', async () => {
    const { log, snapshots: first, kept: stored, reseal } = await withSnapshot();
    const [place = ''] = first.keys;
    const key = place.split(' ')[1] ?? '';
    const snapshots = new MemorySnapshotStore();
    await snapshots.save(
      accountStream(USER),
      key,
      reseal({ state: stored.state.replace('"c7"', '"c8"') }),
    );
    const limits = { ...CHECKED, snapshotEvery: 1 };
    const { processor, observed } = openProcessor({
      log,
      snapshots: withSeals(snapshots),
      limits,
    });
    await run(processor, consume('next', 5));
    await processor.drain(1_000);
    expect(observed('snapshotDiffers')).toHaveLength(1);
    expect(await snapshots.load(accountStream(USER), key)).toBeNull();
  });

  it('is rejected before any decision when its balance differs from the last event', async () => {
    const { log, snapshots, kept: stored, reseal } = await withSnapshot();
    expect(withAddedPoints(stored).state).not.toBe(stored.state);
    snapshots.stored = reseal(withAddedPoints(stored));
    const { processor, observed } = openProcessor({
      log,
      snapshots: withSeals(snapshots),
      limits: RARELY,
    });
    const [spent] = await run(processor, consume('next', 77));
    expect(spent?.answer).toMatchObject({ status: 'refused', balance: 76 });
    expect(observed('accountLoaded')).toMatchObject([[{ from: 'stream' }]]);
  });

  it('is not used again by a process that failed to remove it', async () => {
    const { log, kept: stored, reseal } = await withSnapshot();
    const tampered = reseal({ state: stored.state.replace('"c7"', '"c8"') });
    const stubborn: SnapshotStore = {
      load: async () => tampered,
      save: async () => undefined,
      remove: () => Promise.reject(new Error('away')),
    };
    const { processor, observed } = openProcessor({
      log,
      snapshots: withSeals(stubborn),
      limits: CHECKED,
    });
    await run(processor, consume('next', 5));
    await eventually(() => expect(observed('snapshotNotSaved')).toHaveLength(1));
    processor.clearCache();
    await run(processor, consume('after', 5));
    expect(observed('accountLoaded')).toMatchObject([[{ from: 'snapshot' }], [{ from: 'stream' }]]);
    expectValidHistory(log);
  });

  it('is chosen by every process alike, about one in the configured number', async () => {
    const { log, snapshots } = await withSnapshot();
    let checked = 0;
    for (let oneIn = 1; oneIn <= 40; oneIn += 1) {
      const limits = { ...RARELY, snapshotCheckOneIn: oneIn };
      const runs = [1, 2].map(() =>
        openProcessor({ log, snapshots: withSeals(snapshots), limits }),
      );
      for (const { processor } of runs) {
        await run(processor, consume('c3', 1));
        await processor.drain(1_000);
      }
      const [one, other] = runs.map(({ observed }) => observed('snapshotChecked').length);
      expect(one).toBe(other);
      checked += one ?? 0;
    }
    expect(checked).toBeGreaterThan(0);
    expect(checked).toBeLessThan(40);
  });

  it('is never chosen when sampling is switched off', async () => {
    const { log, snapshots } = await withSnapshot();
    const limits = { ...RARELY, snapshotCheckOneIn: 0 };
    const { processor, observed } = openProcessor({
      log,
      snapshots: withSeals(snapshots),
      limits,
    });
    await run(processor, consume('next', 5));
    await processor.drain(1_000);
    expect(observed('snapshotChecked')).toHaveLength(0);
  });
});
