import { TcpProxy, type CutAt } from '#testing';
import { NO_STREAM, type EventStore } from '../port.js';
import {
  eventually,
  startFollowing,
  idsOf,
  seededNumbers,
  readVerified,
  StreamWriter,
} from '../testing/stream-writer.js';
import { freshDatabase, type Database } from '../testing/fresh-database.js';
import type { PostgresOptions } from './options.js';
import { openPostgresEventStore } from './open-event-store.js';
import {
  expectDensePositions,
  expectStored,
  appendUntilKnown,
  appendMany,
} from '../testing/append-until-known.js';

const isAppend = (request: Buffer) => request.includes('append');
const options: PostgresOptions = {
  backoffMsMin: 5,
  backoffMsMax: 50,
  connectMsMax: 30_000,
  appendMsMax: 30_000,
};

let database: Database;
let proxy: TcpProxy;
let store: EventStore;
/** A store that does not go through the proxy. */
let direct: EventStore;

beforeAll(async () => {
  database = await freshDatabase();
  direct = await openPostgresEventStore(database.url);
  proxy = await TcpProxy.to(Number(new URL(database.url).port));
  store = await openPostgresEventStore(proxy.through(database.url), options);
});
afterAll(async () => {
  await store.close();
  await direct.close();
  await proxy.close();
  await database.drop();
});

describe('A connection to Postgres that is cut', () => {
  it.each<CutAt>(['before-request', 'half-request', 'after-request', 'before-answer'])(
    '%s leaves an append unknown, and a retry finds it written once',
    async (at) => {
      const writer = new StreamWriter();
      const before = await writer.append(store, 2);
      const events = writer.next(3);
      const cut = proxy.cutNext(at, isAppend);
      expect(await store.append(writer.stream, 1, events)).toMatchObject({ kind: 'unknown' });
      await cut;
      const { result } = await appendUntilKnown(store, writer, events);
      expect(result).toMatchObject({ kind: 'ok', revision: 4 });
      await expectStored(store, writer, [...idsOf(before), ...idsOf(events)]);
    },
  );

  it('makes every append of the batch unknown', async () => {
    const writers = Array.from({ length: 20 }, () => new StreamWriter());
    const sends = writers.map((writer) => ({ writer, events: writer.next() }));
    const cut = proxy.cutNext('before-answer', isAppend);
    const first = await Promise.all(
      sends.map(({ writer, events }) => store.append(writer.stream, NO_STREAM, events)),
    );
    await cut;
    expect(first.map((r) => r.kind)).toContain('unknown');
    for (const { writer, events } of sends) {
      const { result } = await appendUntilKnown(store, writer, events);
      expect(result.kind).toBe('ok');
      await expectStored(store, writer, idsOf(events));
    }
  });

  it('is retried while it cannot be opened, and the append is written then', async () => {
    const writer = new StreamWriter();
    proxy.refuse();
    const waiting = appendUntilKnown(store, writer, writer.next());
    await eventually('it was refused', () => proxy.refused > 3);
    proxy.accept();
    expect((await waiting).result).toMatchObject({ kind: 'ok' });
  });

  it('is retried for no longer than an append may take', async () => {
    const writer = new StreamWriter();
    const hasty = await openPostgresEventStore(proxy.through(database.url), {
      ...options,
      appendMsMax: 100,
    });
    proxy.refuse();
    const result = await hasty.append(writer.stream, NO_STREAM, writer.next());
    expect(result).toMatchObject({ kind: 'unknown', cause: { name: 'ConnectionFailedError' } });
    proxy.accept();
    const again = await appendUntilKnown(hasty, writer, writer.next());
    expect(again.result).toMatchObject({ kind: 'ok' });
    await hasty.close();
  });

  it('is closed when it stalls, and appends in flight are written once', async () => {
    const writer = new StreamWriter();
    await writer.append(store);
    const slow = await openPostgresEventStore(proxy.through(database.url), {
      ...options,
      callMsMax: 300,
    });
    const second = writer.next();
    await appendUntilKnown(slow, writer, second);
    writer.advance(second);
    proxy.stall();
    const events = writer.next(2);
    const stalled = await slow.append(writer.stream, 1, events);
    expect(stalled).toMatchObject({ kind: 'unknown' });
    proxy.resume();
    const { result } = await appendUntilKnown(slow, writer, events);
    expect(result).toMatchObject({ kind: 'ok', revision: 3 });
    expect(await readVerified(direct, writer.stream)).toHaveLength(4);
    await slow.close();
  });

  it('repeatedly causes no loss and no duplicates for 12 writers and a follower', async () => {
    const seed = Number(process.env['TEST_SEED'] ?? 7);
    const random = seededNumbers(seed);
    const before = await direct.head();
    const writers = Array.from({ length: 12 }, () => new StreamWriter());
    const streams = new RegExp(writers.map((w) => w.stream).join('|'));
    const follower = startFollowing(store, before, streams);
    const moments: readonly CutAt[] = [
      'before-request',
      'half-request',
      'after-request',
      'before-answer',
    ];
    let done = false;
    // The next cut waits for progress, so that a slow machine makes progress too.
    const cutting = (async () => {
      while (!done) {
        const seen = follower.events.length;
        void proxy.cutNext(
          moments[Math.floor(random() * moments.length)] ?? 'before-answer',
          isAppend,
        );
        if (random() < 0.1) proxy.cutAll();
        await eventually(
          'the writers make progress',
          () => done || follower.events.length > seen + 10,
        );
      }
    })();
    const written = await Promise.all(writers.map((writer) => appendMany(store, writer, 40)));
    done = true;
    await cutting;
    void proxy.cutNext('before-request', () => false);
    const unknowns = written.reduce((sum, w) => sum + w.unknowns, 0);
    expect({ seed, some: unknowns > 0 }).toEqual({ seed, some: true });
    for (const [i, writer] of writers.entries()) {
      await expectStored(direct, writer, written[i]?.acknowledged ?? []);
    }
    const count = written.reduce((sum, w) => sum + w.acknowledged.length, 0);
    await eventually('all events were followed', () => follower.events.length >= count);
    await follower.end();
    expect(new Set(idsOf(follower.events)).size).toBe(follower.events.length);
    expect(follower.events).toHaveLength(count);
    await expectDensePositions(direct);
  });
});
