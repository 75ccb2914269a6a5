import type { EventStoreDbAppendFault, EventStoreDbReadFault } from '#testing';
import {
  readAllPages,
  startFollowing,
  idsOf,
  seededNumbers,
  readVerified,
} from '../testing/stream-writer.js';
import {
  appendUntilOk,
  eventually,
  StreamWriter,
  withStore,
} from '../testing/eventstoredb-fixtures.js';

const STREAMS = 8;
const APPENDS_EACH = 25;
/** One writer restarts the server after every this many of its appends. */
const RESTART_EVERY = 8;
const DEADLINE_MS = 500;
const LATE_MS = 700;

const APPEND_FAULTS: readonly EventStoreDbAppendFault[] = [
  { kind: 'cut', when: 'before-commit' },
  { kind: 'cut', when: 'after-commit' },
  { kind: 'lose-answer' },
  { kind: 'late-answer', afterMs: LATE_MS },
  { kind: 'late-write', afterMs: LATE_MS },
  { kind: 'double-answer' },
  { kind: 'swallow' },
  { kind: 'swallow-answer' },
  { kind: 'busy' },
  { kind: 'error', as: 'internal' },
  { kind: 'error', as: 'unknown' },
];

const READ_FAULTS: readonly EventStoreDbReadFault[] = [
  { kind: 'cut', afterEvents: 3 },
  { kind: 'drop', afterEvents: 5, as: 'internal' },
  { kind: 'drop', afterEvents: 5, as: 'end' },
  { kind: 'swallow' },
  { kind: 'duplicate' },
  { kind: 'busy' },
];

const seeds = (process.env['TEST_SEEDS'] ?? '1,2,3,4,5').split(',').map(Number);

/** Jest fails a test on an unhandled rejection, so none is asserted here. */
describe('The EventStoreDB adapter, under random faults of every kind,', () => {
  const on = withStore({ deadlineMs: DEADLINE_MS, backoffMsMin: 5, backoffMsMax: 40 });
  it.each(seeds)(
    'stores exactly what it acknowledged, once and without a gap (seed %i)',
    async (seed) => {
      const random = seededNumbers(seed);
      const oneOf = <T>(items: readonly T[]): T | undefined =>
        items[Math.floor(random() * items.length)];
      on.server.faults.append = () => (random() < 0.12 ? oneOf(APPEND_FAULTS) : undefined);
      on.server.faults.read = () => (random() < 0.3 ? oneOf(READ_FAULTS) : undefined);
      const follower = startFollowing(on.store, null, /./);
      const acknowledged = new Map<string, string[]>();
      let restarts = Promise.resolve();

      const write = async (_: unknown, nth: number) => {
        const writer = new StreamWriter();
        const ids: string[] = [];
        acknowledged.set(writer.stream, ids);
        for (let i = 0; i < APPENDS_EACH; i += 1) {
          ids.push(...idsOf(await appendUntilOk(on.store, writer)));
          if (nth > 0 || i % RESTART_EVERY !== 0) continue;
          restarts = restarts.then(async () => {
            await on.server.stop();
            await on.server.start();
          });
        }
      };
      await Promise.all(Array.from({ length: STREAMS }, write));
      expect(on.reports.unknown.length).toBeGreaterThan(0);
      await restarts;
      on.server.faults.append = undefined;
      on.server.faults.read = undefined;

      for (const [stream, ids] of acknowledged) {
        expect({ seed, stream, ids: idsOf(await readVerified(on.store, stream)) }).toEqual({
          seed,
          stream,
          ids,
        });
      }
      const stored = idsOf(await readAllPages(on.store, null));
      expect(stored).toHaveLength(STREAMS * APPENDS_EACH);
      await eventually('all events were followed', () => follower.events.length >= stored.length);
      await follower.end();
      expect({ seed, followed: idsOf(follower.events) }).toEqual({ seed, followed: stored });
    },
    60_000,
  );
});
