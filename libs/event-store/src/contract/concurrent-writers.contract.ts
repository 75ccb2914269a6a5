import { CHAIN_START } from '#identity';
import { type EventStore } from '../index.js';
import {
  collect,
  eventually,
  readAllPages,
  startFollowing,
  idsOf,
  newStream,
  seededNumbers,
  readVerified,
  StreamWriter,
  type OpenStore,
} from '../testing/stream-writer.js';

const WRITERS = 12;
const APPENDS_EACH = 40;
const TRIES_MAX = 500;
/** Twelve slow writers conflict often, so that only a hang takes this long. */
const TEST_MS_MAX = 300_000;

export function concurrentWritersContract(open: OpenStore): void {
  const stores: EventStore[] = [];
  beforeAll(async () => {
    for (let i = 0; i < 4; i += 1) stores.push(await open());
  });
  afterAll(() => Promise.all(stores.map((store) => store.close())));

  it(
    'stores exactly what it acknowledged to 12 writers on three streams, some of them stale',
    async () => {
      const seed = Number(process.env['TEST_SEED'] ?? 20240229);
      const streams = [newStream(), newStream(), newStream()];
      const reader = stores[0];
      if (reader === undefined) throw new Error('no store');
      const before = await reader.head();
      const written = new RegExp(streams.join('|'));
      const follower = startFollowing(reader, before, written);
      const acknowledged = new Map<string, string[]>(streams.map((stream) => [stream, []]));
      const runs = Array.from({ length: WRITERS }, (_, w) =>
        write(stores[w % stores.length] ?? reader, streams, acknowledged, seededNumbers(seed + w)),
      );
      await Promise.all(runs);

      const stored = (await readAllPages(reader, before)).filter((e) => written.test(e.stream));
      expect({ seed, stored: idsOf(stored).sort() }).toEqual({
        seed,
        stored: [...acknowledged.values()].flat().sort(),
      });
      for (const stream of streams) {
        expect(idsOf(await readVerified(reader, stream))).toEqual(
          idsOf(stored.filter((e) => e.stream === stream)),
        );
      }
      await eventually('all events were followed', () => follower.events.length >= stored.length);
      await follower.end();
      expect(idsOf(follower.events)).toEqual(idsOf(stored));
    },
    TEST_MS_MAX,
  );
}

/** One attempt in ten expects a revision that is stale or ahead, and some attempts are sent again. */
async function write(
  store: EventStore,
  streams: readonly string[],
  acknowledged: Map<string, string[]>,
  random: () => number,
): Promise<void> {
  let tries = 0;
  for (let done = 0; done < APPENDS_EACH;) {
    if (++tries > TRIES_MAX) throw new Error(`${done} of ${APPENDS_EACH} after ${tries} tries`);
    const stream = streams[Math.floor(random() * streams.length)] ?? '';
    const writer = new StreamWriter(stream);
    const [last, stale] = await collect(store.readStream(stream, { backwards: true, limit: 2 }));
    const known = random() < 0.05 ? stale : last;
    writer.revision = known?.revision ?? -1;
    writer.hash = known?.hash ?? CHAIN_START;
    if (random() < 0.05) writer.revision += 1000;
    const events = writer.next(1 + Math.floor(random() * 3));
    let result = await store.append(stream, writer.revision, events);
    // The append may be written. Sending the same events at the same revision shows whether it was.
    while (result.kind === 'unknown' && ++tries <= TRIES_MAX) {
      result = await store.append(stream, writer.revision, events);
    }
    if (result.kind !== 'ok') continue;
    if (random() < 0.2) {
      expect(await store.append(stream, writer.revision, events)).toEqual(result);
    }
    acknowledged.get(stream)?.push(...idsOf(events));
    done += 1;
  }
}
