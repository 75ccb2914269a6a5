import type { EventStoreDbAppendFault, EventStoreDbReadFault } from '#testing';
import { everything, following, idsOf, seeded, sound } from '../suite/fixtures.suite.js';
import { appendInTheEnd, eventually, StreamWriter, withStore } from './esdb.fixtures.suite.js';

const STREAMS = 8;
const APPENDS_EACH = 25;
const RESTARTS = 3;
const DEADLINE_MS = 150;
const LATE_MS = 220;

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

const seeds = (process.env['TEST_SEEDS'] ?? '1,2,3').split(',').map(Number);

describe('the EventStoreDB adapter, under faults of every kind at once,', () => {
  const on = withStore({ deadlineMs: DEADLINE_MS, backOffMsMin: 5, backOffMsMax: 40 });
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  beforeAll(() => process.on('unhandledRejection', note));
  afterAll(() => process.off('unhandledRejection', note));

  it.each(seeds)(
    'stores what it acknowledged, once, without a hole: seed %i',
    async (seed) => {
      const random = seeded(seed);
      const oneOf = <T>(items: readonly T[]): T | undefined =>
        items[Math.floor(random() * items.length)];
      on.server.faults.append = () => (random() < 0.12 ? oneOf(APPEND_FAULTS) : undefined);
      on.server.faults.read = () => (random() < 0.3 ? oneOf(READ_FAULTS) : undefined);
      const follower = following(on.store, null, /./);
      const acknowledged = new Map<string, string[]>();
      let restarts = Promise.resolve();

      const write = async () => {
        const writer = new StreamWriter();
        const ids: string[] = [];
        acknowledged.set(writer.stream, ids);
        for (let i = 0; i < APPENDS_EACH; i += 1) {
          ids.push(...idsOf(await appendInTheEnd(on.store, writer)));
          if (random() >= RESTARTS / (STREAMS * APPENDS_EACH)) continue;
          restarts = restarts.then(async () => {
            await on.server.stop();
            await on.server.start();
          });
        }
      };
      await Promise.all(Array.from({ length: STREAMS }, write));
      await restarts;
      on.server.faults.append = undefined;
      on.server.faults.read = undefined;

      for (const [stream, ids] of acknowledged) {
        expect({ seed, stream, ids: idsOf(await sound(on.store, stream)) }).toEqual({
          seed,
          stream,
          ids,
        });
      }
      const stored = idsOf(await everything(on.store, null));
      expect(stored).toHaveLength(STREAMS * APPENDS_EACH);
      await eventually('all were followed', () => follower.events.length >= stored.length);
      await follower.end();
      expect({ seed, followed: idsOf(follower.events) }).toEqual({ seed, followed: stored });
      expect(unhandled).toEqual([]);
    },
    60_000,
  );

  it('would notice an unhandled rejection', async () => {
    void Promise.reject(new Error('on purpose'));
    await eventually('it was noticed', () => unhandled.length > 0);
    unhandled.length = 0;
  });
});
