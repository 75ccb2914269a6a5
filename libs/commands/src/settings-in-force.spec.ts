import { MemoryEventStore, MemoryLog, MemorySnapshotStore } from '#event-store/testing';
import { digestedData, policyFingerprint } from '#identity';
import { DEFAULT_SETTINGS_POLICY, deserializeEvent, policyOfRules1 } from '#ledger';
import { SettingsReader, SettingsUnavailable, type SettingsSource } from '#settings';
import { VersionWriter, settingsInForceOf, type FixedSettingsOptions } from '#settings/testing';
import { AutoAdvancingClock, ManualClock } from '#async/testing';
import {
  AT,
  USER,
  consume,
  errorOf,
  eventsIn,
  expectValidHistory,
  openProcessor,
  recharge,
  run,
  secondsLater,
  storedIn,
  withSeals,
} from './testing/index.js';

const SWITCH = secondsLater(100);

/** Versions that are all known; `calls` counts what could not be told at once. */
function versions(...changes: readonly FixedSettingsOptions[]) {
  const all = changes.map((one, index) => settingsInForceOf({ version: index + 1, ...one }));
  const find = (at: string) => all.findLast(({ settings }) => settings.from <= at) ?? null;
  const source: SettingsSource = {
    isTakeOverOn: () => false,
    peek: find,
    inForceAt: async (at) => find(at) ?? Promise.reject(new Error(`nothing at ${at}`)),
  };
  return { source, all };
}

const ofRules2 = { from: SWITCH, rules: 2 } as const;
const metasIn = (log: MemoryLog) =>
  storedIn(log).map(({ meta }) => JSON.parse(meta) as Record<string, unknown>);
const settingsOfEvents = (log: MemoryLog) =>
  metasIn(log).map(({ settings, rules, v }) => [settings, rules, v]);

describe('Settings in force', () => {
  it('are named by every event, under rules 1 beside the fingerprint of the policy as it was', async () => {
    const { source } = versions({}, ofRules2);
    const { processor, log } = openProcessor({ settings: source });
    await run(processor, recharge('a', 10), recharge('b', 5, { at: SWITCH }));
    const [first, second] = metasIn(log);
    const policy = policyFingerprint(policyOfRules1(DEFAULT_SETTINGS_POLICY[1]));
    expect(first).toMatchObject({ policy, settings: 1, rules: 1, v: 1 });
    expect(second).toMatchObject({ settings: 2, rules: 2, v: 2 });
    expect(second).not.toHaveProperty('policy');
    expectValidHistory(log);
  });

  it('change within a batch at the moment that the next version says', async () => {
    const { source } = versions({}, ofRules2, { from: secondsLater(200), rules: 2 });
    const { processor, log } = openProcessor({ settings: source });
    const at = [0, 99.999, 100, 150, 200, 201].map(secondsLater);
    await run(processor, ...at.map((moment, n) => recharge(`r${n}`, 1, { at: moment })));
    expect(settingsOfEvents(log)).toEqual([
      [1, 1, 1],
      [1, 1, 1],
      [2, 2, 2],
      [2, 2, 2],
      [3, 2, 2],
      [3, 2, 2],
    ]);
  });

  it('are looked for at the time of each command where none are known at once', async () => {
    const { source } = versions({}, ofRules2);
    const asked: string[] = [];
    const inForceAt = (at: string) => {
      asked.push(at);
      return source.inForceAt(at);
    };
    const { processor, log, appends } = openProcessor({
      settings: { peek: () => null, inForceAt, isTakeOverOn: () => false },
    });
    const sent = [recharge('a', 1), recharge('b', 1, { at: SWITCH }), recharge('c', 1)];
    await run(processor, ...sent);
    expect(asked).toEqual([AT, SWITCH, SWITCH]);
    expect(appends).toHaveLength(3);
    expect(settingsOfEvents(log)).toEqual([
      [1, 1, 1],
      [2, 2, 2],
      [2, 2, 2],
    ]);
  });

  it('that the reading no longer knows by the time the account is loaded decide all the same', async () => {
    const { source } = versions({}, ofRules2);
    let isKnown = true;
    const { processor, log } = openProcessor({
      settings: {
        ...source,
        peek: (at) => (isKnown ? source.peek(at) : null),
        inForceAt: () => Promise.reject(new SettingsUnavailable('store-away', 'away')),
      },
      readFaultOf: () => {
        isKnown = false;
        return undefined;
      },
    });
    // Which settings are in force at a moment does not change any more, once they are known.
    const [answered] = await run(processor, recharge('a', 1));
    expect([answered?.answer.status, settingsOfEvents(log)]).toEqual(['accepted', [[1, 1, 1]]]);
  });

  it('are those at the time of the account where a command is dated before it', async () => {
    const { source } = versions({}, ofRules2);
    const { processor, log } = openProcessor({ settings: source });
    await run(processor, recharge('a', 1, { at: SWITCH }));
    processor.clearCache();
    await run(processor, recharge('b', 1, { at: AT }));
    expect(settingsOfEvents(log)).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
  });

  it('do not change what a reused id is answered when it is delivered or sent again', async () => {
    const { source } = versions({}, ofRules2);
    const { processor } = openProcessor({ settings: source });
    const unnamed = (points: number, at = AT) => ({
      ...consume('a', points, { at }),
      consumptionId: null,
    });
    const [begun, early] = await run(processor, unnamed(5), unnamed(7));
    await run(processor, recharge('b', 1, { at: SWITCH }));
    const [delivered, sent] = await run(processor, unnamed(7), unnamed(7, SWITCH));
    const reused = { code: 'CommandIdReused', consumptionId: begun?.answer.consumptionId };
    for (const one of [early, delivered, sent]) expect(one?.answer).toMatchObject(reused);
  });

  it('let a cached account be used again unless it has to remember by another policy', async () => {
    const { source } = versions({}, { from: SWITCH }, { ...ofRules2, from: secondsLater(200) });
    const { processor, observed } = openProcessor({ settings: source });
    await run(processor, recharge('a', 1));
    await run(processor, recharge('b', 1, { at: SWITCH }));
    expect(observed('accountLoaded')).toHaveLength(1);
    await run(processor, recharge('c', 1, { at: secondsLater(200) }));
    expect(observed('accountLoaded')).toHaveLength(2);
  });

  it('with a larger limit bring back what a smaller one had let go', async () => {
    const forgetful = { rememberMin: 1, rememberMax: 1, rememberDays: 0 };
    const { source } = versions({ policy: forgetful }, { from: SWITCH });
    const { processor, log } = openProcessor({ settings: source });
    for (const [n, id] of ['a', 'b', 'c'].entries()) {
      await run(processor, recharge(id, 1, { at: secondsLater(n) }));
    }
    const [late] = await run(processor, recharge('a', 1));
    expect(late?.answer.code).toBe('TooLate');
    const [repeated] = await run(processor, recharge('a', 1, { at: SWITCH }));
    expect(repeated?.answer).toMatchObject({ replayed: true, balance: 1 });
    expect(eventsIn(log)).toHaveLength(3);
  });

  it('of other rules answer a repeat as it was answered first', async () => {
    const { source } = versions({}, ofRules2);
    const { processor, log } = openProcessor({ settings: source });
    const unnamed = (at: string) =>
      ({ ...consume('job-1', 4, { at }), consumptionId: null }) as ReturnType<typeof consume>;
    await run(processor, recharge('a', 10), unnamed(AT));
    const sameOrder = {
      ...recharge('again', 10, { at: SWITCH }),
      rechargeId: recharge('a', 10).commandId,
    } as ReturnType<typeof recharge>;
    const [again, other, refused] = await run(
      processor,
      unnamed(SWITCH),
      { ...unnamed(SWITCH), digest: 'f'.repeat(64) },
      sameOrder,
    );
    expect(again?.answer).toMatchObject({ replayed: true, consumptionId: 'job-1', balance: 6 });
    expect(other?.answer).toMatchObject({ code: 'CommandIdReused', consumptionId: 'job-1' });
    expect(refused?.answer.code).toBe('RechargeIdReused');
    expect(settingsOfEvents(log)).toEqual([
      [1, 1, 1],
      [1, 1, 1],
      [2, 2, 2],
    ]);
  });

  it('keep snapshots apart by policy and rules', async () => {
    const { source, all } = versions({}, ofRules2);
    const snapshots = new MemorySnapshotStore();
    const limits = { snapshotEvery: 1, snapshotCheckOneIn: 1 };
    const parts = { settings: source, snapshots: withSeals(snapshots), limits };
    const { processor, log, observed } = openProcessor(parts);
    await run(processor, recharge('a', 1));
    await run(processor, recharge('b', 1, { at: SWITCH }));
    await processor.drain(10_000);
    expect(new Set(all.map(({ stateKey }) => stateKey)).size).toBe(2);
    const next = openProcessor({ ...parts, log });
    await run(next.processor, recharge('c', 1, { at: SWITCH }));
    await next.processor.drain(10_000);
    const [[loaded] = []] = next.observed('accountLoaded');
    expect(loaded).toMatchObject({ from: 'snapshot' });
    for (const one of [observed, next.observed]) expect(one('snapshotDiffers')).toEqual([]);
  });

  it('are read from the store, and published there by the first process that needs them', async () => {
    const log = new MemoryLog();
    const clock = new ManualClock(Date.parse(AT));
    const settings = new SettingsReader({ store: new MemoryEventStore({ log }), clock });
    const { processor } = openProcessor({ log, settings });
    const [first] = await run(processor, recharge('a', 1));
    expect(first?.answer.status).toBe('accepted');
    expect(settingsOfEvents(log)).toEqual([[1, 2, 2]]);
  });

  it('that can not be read make a command unavailable, as a store that is away does', async () => {
    const away = new SettingsUnavailable('store-away', 'The settings could not be read');
    const { processor, observed } = openProcessor({
      clock: new AutoAdvancingClock(),
      settings: {
        peek: () => null,
        inForceAt: () => Promise.reject(away),
        isTakeOverOn: () => false,
      },
    });
    const error = await errorOf(run(processor, recharge('a', 1)));
    expect(error).toMatchObject({ name: 'RetryableCommandError', code: 'store-away' });
    expect(observed('settingsReadFailed').length).toBeGreaterThan(1);
  });

  it('of unknown rules stop what is dated from their moment on, and nothing before', async () => {
    const log = new MemoryLog();
    const store = new MemoryEventStore({ log });
    const writer = new VersionWriter(store);
    await writer.write({});
    await writer.write({ from: SWITCH, rules: 3 });
    const settings = new SettingsReader({ store, clock: new ManualClock(Date.parse(AT)) });
    const { processor } = openProcessor({ log, settings });
    const sent = [recharge('a', 1), recharge('b', 1, { at: SWITCH }), recharge('c', 1)];
    const results = await Promise.all(sent.map((command) => errorOf(run(processor, command))));
    expect(results).toEqual([
      undefined,
      expect.objectContaining({ code: 'settings-unknown' }),
      expect.objectContaining({ code: 'settings-unknown' }),
    ]);
    const [, refused] = results as Error[];
    expect(refused?.message).toContain('rules 3, which this build does not know');
    expect(eventsIn(log)).toHaveLength(1);
  });
});

describe('The data of a command', () => {
  it('stand with the first event that is recorded for it, and with no other', async () => {
    const { processor, log } = openProcessor({ policy: { refundGraceDays: 0 } });
    const data = digestedData({ user_id: USER, points: 8, source_type: 'script' });
    const origin = { correlation: 'spec', data };
    const expiring = { ...recharge('r', 5), expiresAt: secondsLater(10) };
    await run(processor, expiring);
    const { answer } = await processor.run(consume('c', 8, { at: secondsLater(20) }), origin);
    expect(answer.code).toBe('InsufficientPoints');
    const stored = storedIn(log).map((event) => deserializeEvent(event));
    expect(stored.map(({ event, provenance }) => [event.type, provenance.data])).toEqual([
      ['PointsRecharged', undefined],
      ['PointsExpired', data],
      ['CommandRefused', undefined],
    ]);
  });
});

describe('A pre-deduction that names no consumption', () => {
  const hold = (id: string, consumptionId: string | null, at = AT) =>
    ({ ...consume(id, 1, { at }), consumptionId, settleWithin: 60 }) as ReturnType<typeof consume>;

  it('is counted once under rules 1, and not under rules 2', async () => {
    const { source } = versions({}, ofRules2);
    const { processor, observed } = openProcessor({ settings: source });
    await run(processor, recharge('r', 10), hold('h1', null), hold('h2', 'named'));
    await run(processor, hold('h1', null));
    await run(processor, hold('h3', null, SWITCH));
    expect(observed('unnamedPreDeduction')).toHaveLength(1);
  });
});
