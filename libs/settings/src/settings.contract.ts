import { SYSTEM_CLOCK, type Clock } from '#async';
import { eventually } from '#testing';
import type { EventStore } from '#event-store';
import { BEGINNING_OF_TIME, SETTINGS_STREAM, type SettingsDraft } from '#ledger';
import { SettingsPublisher, SettingsReader, finishTakeOver, startTakeOver } from './index.js';
import { draftOf, writeAccountEvent } from './testing/draft-builders.js';

const inMinutes = (minutes: number): string =>
  new Date(Date.now() + minutes * 60_000).toISOString();

/** On a busy machine a store may take longer to answer than a process waits for it. */
const PATIENT_CLOCK: Clock = { ...SYSTEM_CLOCK, after: () => () => undefined };

const ORIGIN = { correlation: 'spec' };

/** An empty storage, and one more store on it each time, as another process has. */
export interface Storage {
  open(): Promise<EventStore>;
  close(): Promise<void>;
}

/** What holds on every event store. */
export function settingsContract(name: string, createStorage: () => Promise<Storage>): void {
  describe(`The settings on ${name}`, () => {
    let storage: Storage;
    let stores: EventStore[];
    const openProcess = async (policyChanges = {}) => {
      const store = await storage.open();
      stores.push(store);
      const clock = PATIENT_CLOCK;
      const reader = new SettingsReader({ store, policyChanges, clock });
      return { store, reader, publisher: new SettingsPublisher({ store, reader, clock }) };
    };
    beforeEach(async () => {
      stores = [];
      storage = await createStorage();
    });
    afterEach(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await storage.close();
    });

    const publication = (version: number, from: string, changes: Partial<SettingsDraft> = {}) => ({
      version,
      draft: { ...draftOf(from, changes) },
      origin: { correlation: 'spec' },
    });

    it('begin with rules 2 in an empty store, the same for all processes that start together', async () => {
      const processes = await Promise.all(
        Array.from({ length: 4 }, (_, index) => openProcess({ batchesMax: 10 + index })),
      );
      const read = await Promise.all(
        processes.map(({ reader }) => reader.inForceAt(new Date().toISOString())),
      );
      const [first] = read.map(({ settings }) => settings);
      expect(first).toMatchObject({ version: 1, rules: 2, from: BEGINNING_OF_TIME });
      expect([10, 11, 12, 13]).toContain(first?.policy.batchesMax);
      for (const { settings } of read) expect(settings).toEqual(first);
    });

    it('begin with rules 1 where accounts exist', async () => {
      const { store, reader } = await openProcess();
      await writeAccountEvent(store);
      const { settings } = await reader.inForceAt(new Date().toISOString());
      expect(settings).toMatchObject({ version: 1, rules: 1, policy: { openDrawsMax: 1_000 } });
    });

    it('are published once, dated by the clock of the store, and read by others', async () => {
      const [one, other] = await Promise.all([openProcess(), openProcess()]);
      const request = publication(2, inMinutes(10), { note: '涨价' });
      const before = await one.store.timeOfDay();
      const published = await one.publisher.publish(request);
      const after = await one.store.timeOfDay();
      if (published.kind !== 'published') throw new Error(JSON.stringify(published));
      const { settings, isRepeated } = published;
      expect(settings).toMatchObject({ version: 2, ...request.draft });
      expect(isRepeated).toBe(false);
      expect(Date.parse(settings.at)).toBeGreaterThanOrEqual(before);
      expect(Date.parse(settings.at)).toBeLessThanOrEqual(after);
      await other.reader.refresh();
      expect(other.reader.peek(inMinutes(2))?.settings.version).toBe(1);
      expect(other.reader.versions.at(request.draft.from)).toMatchObject({
        inForce: { settings },
      });
      await expect(other.publisher.publish(request)).resolves.toEqual({
        kind: 'published',
        settings,
        isRepeated: true,
      });
    });

    it('of one number are published by one of two who race, and the other hears of the conflict', async () => {
      const [one, other] = await Promise.all([openProcess(), openProcess()]);
      await one.reader.refresh();
      const results = await Promise.all([
        one.publisher.publish(publication(2, inMinutes(10), { note: 'one' })),
        other.publisher.publish(publication(2, inMinutes(10), { note: 'other' })),
      ]);
      expect(results.map(({ kind }) => kind).sort()).toEqual(['conflict', 'published']);
      expect(results.find(({ kind }) => kind === 'conflict')).toEqual({
        kind: 'conflict',
        newest: 2,
      });
      await expect(one.publisher.publish(publication(4, inMinutes(20)))).resolves.toEqual({
        kind: 'conflict',
        newest: 2,
      });
    });

    it('are refused with every fault, and nothing is written', async () => {
      const { publisher, reader } = await openProcess();
      const wrong = publication(2, inMinutes(5), {
        note: '',
        businesses: [],
        rules: 3 as 2,
      });
      const refused = await publisher.publish(wrong);
      for (const result of [refused, await publisher.check(wrong)]) {
        if (result.kind !== 'invalid') throw new Error(result.kind);
        const fields = new Set(result.faults.map(({ field }) => field));
        expect(fields).toEqual(new Set(['from', 'note', 'businesses', 'rules']));
      }
      await reader.refresh();
      expect(reader.versions.size).toBe(1);
      expect(await publisher.check(publication(2, inMinutes(7)))).toEqual({ kind: 'valid' });
    });

    it('are read ahead in the background, so that a later version is known by itself', async () => {
      const [writer, watching] = await Promise.all([openProcess(), openProcess()]);
      watching.reader.start();
      await eventually(() => expect(watching.reader.versions.size).toBe(1));
      await writer.publisher.publish(publication(2, inMinutes(10)));
      await watching.reader.refresh();
      expect(watching.reader.versions.size).toBe(2);
      await watching.reader.stop();
    });

    it('are read with the take-overs, which begin at least 6 minutes after they are said', async () => {
      const [one, other] = await Promise.all([openProcess(), openProcess()]);
      const writer = { store: one.store, clock: PATIENT_CLOCK };
      const start = (from: string, importId = 'old') =>
        startTakeOver(writer, { importId, mapping: {}, from, by: 'spec' }, ORIGIN);
      await one.reader.refresh();
      expect(await start(inMinutes(5))).toMatchObject({ kind: 'refused' });
      const from = inMinutes(10);
      const started = await start(from);
      expect(started).toMatchObject({ kind: 'written', isRepeated: false, event: { from } });
      expect(await start(from)).toEqual({ ...started, isRepeated: true });
      expect(await start(inMinutes(10), 'new')).toMatchObject({
        kind: 'refused',
        reason: 'the take-over old is not finished',
      });
      await other.reader.refresh();
      const on = (at: string): boolean => other.reader.isTakeOverOn(at);
      expect([inMinutes(1), from, inMinutes(60)].map(on)).toEqual([false, true, true]);
      const finish = () =>
        finishTakeOver(writer, { importId: 'old', left: [], by: 'spec' }, ORIGIN);
      expect(await finish()).toMatchObject({ kind: 'written', isRepeated: false });
      expect(await finish()).toMatchObject({ kind: 'written', isRepeated: true });
      await other.reader.refresh();
      expect(on(inMinutes(60))).toBe(false);
    });

    it('are followed beside the accounts', async () => {
      const { store, reader } = await openProcess();
      await reader.refresh();
      const { events } = await store.readAll(null, 10);
      expect(events.map(({ stream, type }) => [stream, type])).toEqual([
        [SETTINGS_STREAM, 'SettingsPublished'],
      ]);
    });
  });
}
