import { MemoryEventStore, MemoryLog } from '#event-store/testing';
import { SettingsReader } from './settings-reader.js';
import { VersionWriter } from './testing/draft-builders.js';
import { TestClock } from './testing/test-clock.js';

const START = Date.parse('2030-06-01T00:00:00.000Z');

/** The settings, and the take-overs beside them. */
const READS_OF_A_READING = 2;

/** A process whose clock a test moves, and whose store fails while `isAway`. */
function openReader(policyChanges = {}) {
  const log = new MemoryLog();
  const clock = new TestClock(START);
  const state = { isAway: false, reads: 0, alarms: [] as string[], differs: [] as unknown[] };
  const store = new MemoryEventStore({
    log,
    timeOfDay: () => clock.timeOfDay(),
    readFaultOf: () => {
      state.reads += 1;
      return state.isAway ? new Error('away') : undefined;
    },
  });
  const reader = new SettingsReader({
    store,
    clock,
    policyChanges,
    observer: {
      alarm: (error) => state.alarms.push(error.message),
      policyDiffers: (...what) => state.differs.push(what),
    },
  });
  return { reader, clock, state, store, writer: new VersionWriter(store) };
}

describe('A reading of the settings', () => {
  it('holds for what is dated at most 5 min 45 s after the moment at which it began', async () => {
    const { reader, clock, writer, state } = openReader();
    await writer.write({});
    expect(reader.peek(clock.iso)).toBeNull();
    await reader.inForceAt(clock.iso);
    expect(reader.peek(clock.in(345))?.settings.version).toBe(1);
    expect(reader.peek(clock.in(345.001))).toBeNull();
    expect(reader.peek('2020-01-01T00:00:00.000Z')?.settings.version).toBe(1);
    const { reads } = state;
    await reader.inForceAt(clock.in(300));
    expect(state.reads).toBe(reads);
  });

  it('that is too old is replaced before anything is decided', async () => {
    const { reader, clock, writer } = openReader();
    await writer.write({});
    await reader.inForceAt(clock.iso);
    const from = clock.in(400);
    await writer.write({ from, rules: 2 });
    clock.pass(500);
    expect((await reader.inForceAt(clock.iso)).settings).toMatchObject({ version: 2, rules: 2 });
    expect(reader.peek(new Date(Date.parse(from) - 1).toISOString())?.settings.version).toBe(1);
  });

  it('does not count for longer because the time of day was set back', async () => {
    const { reader, clock, writer } = openReader();
    await writer.write({});
    await reader.inForceAt(clock.iso);
    const before = clock.iso;
    Object.assign(clock, { timeOfDay: () => START });
    clock.pass(346);
    expect(reader.peek(before)).toBeNull();
  });

  it('is replaced as soon as the time of day was set forward', async () => {
    const { reader, clock, writer, state } = openReader();
    await writer.write({});
    await reader.inForceAt(clock.iso);
    const anHourAhead = new Date(START + 3_600_000);
    Object.assign(clock, { timeOfDay: () => anHourAhead.getTime() });
    const from = clock.in(-60);
    await writer.write({ from, rules: 2 });
    const { reads } = state;
    expect(reader.peek(clock.iso)).toBeNull();
    expect((await reader.inForceAt(clock.iso)).settings.version).toBe(2);
    expect(state.reads).toBe(reads + READS_OF_A_READING);
  });

  it('is shared by all who wait for it', async () => {
    const { reader, clock, writer, state } = openReader();
    await writer.write({});
    const before = state.reads;
    await Promise.all(Array.from({ length: 50 }, () => reader.inForceAt(clock.iso)));
    expect(state.reads).toBe(before + READS_OF_A_READING);
  });

  it('that fails leaves the process without settings, and is repeated when they are needed', async () => {
    const { reader, clock, writer, state } = openReader();
    await writer.write({});
    await reader.inForceAt(clock.iso);
    state.isAway = true;
    clock.pass(346);
    await expect(reader.inForceAt(clock.iso)).rejects.toMatchObject({
      name: 'SettingsUnavailable',
      code: 'store-away',
    });
    state.isAway = false;
    expect((await reader.inForceAt(clock.iso)).settings.version).toBe(1);
  });

  it('is not to be had for what is dated far ahead of the clock', async () => {
    const { reader, clock, writer } = openReader();
    await writer.write({});
    await expect(reader.inForceAt(clock.in(400))).rejects.toMatchObject({ code: 'too-far-ahead' });
  });
});

describe('Settings of unknown rules', () => {
  it('are alarmed about at once, and stop the process from their moment on', async () => {
    const { reader, clock, writer, state } = openReader();
    await writer.write({});
    const from = clock.in(200);
    await writer.write({ from, rules: 3 });
    await writer.write({ from: clock.in(300), rules: 3 });
    expect((await reader.inForceAt(clock.iso)).settings.version).toBe(1);
    expect(state.alarms).toEqual([
      `version 2 of the settings is of rules 3, which this build does not know: from ${from} on it decides no command`,
      expect.stringContaining('version 3'),
    ]);
    await expect(reader.inForceAt(from)).rejects.toMatchObject({ code: 'unknown-rules' });
    expect(() => reader.peek(clock.in(310))).toThrow('which this build does not know');
  });
});

describe('Damaged settings', () => {
  it.each([
    ['data that was changed', { data: '{}' }, 'its hash is not that of its content'],
    ['another type', { type: 'PointsRecharged' }, 'its hash is not that of its content'],
  ])('are alarmed about, and nothing is read behind them: %s', async (_, change, reason) => {
    const { reader, clock, store, state } = openReader();
    const damaged = new VersionWriter(store, (event) =>
      event.data.includes('"version":2') ? { ...event, ...change } : event,
    );
    await damaged.write({});
    await reader.inForceAt(clock.iso);
    await damaged.write({ from: clock.in(400), rules: 2 });
    await expect(reader.refresh()).rejects.toMatchObject({ code: 'damaged' });
    await expect(reader.refresh()).rejects.toMatchObject({ code: 'damaged' });
    expect(state.alarms).toEqual([expect.stringContaining(reason)]);
    expect(reader.peek(clock.iso)?.settings.version).toBe(1);
    clock.pass(346);
    await expect(reader.inForceAt(clock.iso)).rejects.toMatchObject({ code: 'damaged' });
  });

  it('are those whose moments do not rise', async () => {
    const { reader, clock, writer } = openReader();
    await writer.write({});
    await writer.write({ from: clock.in(-5), rules: 2 });
    await writer.write({ from: clock.in(-5), rules: 2 });
    await expect(reader.refresh()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('it is in force before') as string },
    });
  });
});

describe('A policy in the environment that differs from the settings', () => {
  it('is named once for each version, and does not count', async () => {
    const { reader, clock, writer, state } = openReader({ batchesMax: 7, rememberDays: 8 });
    await writer.write({});
    await reader.refresh();
    await reader.refresh();
    expect(state.differs).toEqual([[1, ['batchesMax']]]);
    expect(reader.peek(clock.iso)?.policy.batchesMax).toBe(1_000);
  });
});
