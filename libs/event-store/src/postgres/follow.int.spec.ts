import { jest } from '@jest/globals';
import { TcpProxy } from '#testing';
import type { EventStore, RecordedEvent } from '../port.js';
import { eventually, startFollowing, idsOf, StreamWriter } from '../testing/stream-writer.js';
import { queryAsOwner, freshDatabase, type Database } from '../testing/fresh-database.js';
import { openPostgresEventStore } from './open-event-store.js';
import type { PostgresOptions } from './options.js';
import { positions } from './append-call.js';
import { postgresPools } from './pools.js';
import { PostgresEventStore } from './postgres-event-store.js';

jest.setTimeout(60_000); // on a machine that is busy with something else

const WAKE_MS_MAX = 50;
const TRIES = 21;
const noSink = async () => {};

let database: Database;
let proxy: TcpProxy;
const opened: EventStore[] = [];

async function open(options: PostgresOptions = {}, url = database.url): Promise<EventStore> {
  const store = await openPostgresEventStore(url, { backoffMsMin: 5, ...options });
  opened.push(store);
  return store;
}

beforeEach(async () => {
  database = await freshDatabase();
  proxy = await TcpProxy.to(Number(new URL(database.url).port));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await proxy.close();
  await database.drop();
});

/** From the answer to the append to the call of the sink, for one event after another. */
async function wakeMs(writer: EventStore, reader: EventStore): Promise<number> {
  const stream = new StreamWriter();
  let arrived: (event: RecordedEvent) => void = () => {};
  const stop = new AbortController();
  const done = reader.follow(
    await reader.head(),
    async ({ events }) => events.forEach((event) => arrived(event)),
    stop.signal,
  );
  const waits: number[] = [];
  for (let i = 0; i < TRIES; i += 1) {
    const arrival = new Promise<number>((resolve) => {
      arrived = () => resolve(performance.now());
    });
    await stream.append(writer);
    const committed = performance.now();
    waits.push((await arrival) - committed);
  }
  stop.abort();
  await done;
  return waits.sort((a, b) => a - b)[TRIES >> 1] ?? Infinity;
}

describe('following a Postgres', () => {
  it('wakes up within 50 ms of a commit of another process', async () => {
    const waitMs = await wakeMs(await open(), await open({ pollMs: 60_000 }));
    expect(waitMs).toBeLessThan(WAKE_MS_MAX);
  });

  it('wakes up as soon where no hints come through', async () => {
    const writer = await open();
    const pools = postgresPools(database.url);
    const nowhere = new URL(database.url);
    nowhere.port = '1';
    const listener = postgresPools(nowhere.toString()).listener;
    const reader = new PostgresEventStore({ ...pools, listener });
    opened.push(reader);
    expect(await wakeMs(writer, reader)).toBeLessThan(WAKE_MS_MAX);
  });

  it('costs next to nothing while nothing happens', async () => {
    const store = await open({ pollMs: 500 }, proxy.through(database.url));
    await new StreamWriter().append(store);
    const follower = startFollowing(store, await store.head(), /./);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = proxy.received;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const perSecond = (proxy.received - before) / 2;
    await follower.end();
    expect(perSecond).toBeGreaterThan(0);
    expect(perSecond).toBeLessThan(500);
  });

  it('goes on when its connections are cut again and again', async () => {
    const writer = await open();
    const reader = await open({}, proxy.through(database.url));
    const follower = startFollowing(reader, null, /./);
    const stream = new StreamWriter();
    const written: string[] = [];
    for (let i = 0; i < 60; i += 1) {
      written.push(...idsOf(await stream.append(writer, 2)));
      if (i % 10 === 5) proxy.cutAll();
      if (i === 30) proxy.refuse();
      if (i === 40) proxy.accept();
    }
    await eventually('all came', () => follower.events.length >= written.length);
    await follower.end();
    expect(idsOf(follower.events)).toEqual(written);
  });

  it('hears of what was written while its hints were away', async () => {
    const writer = await open();
    const reader = await open({ pollMs: 60_000 }, proxy.through(database.url));
    const stream = new StreamWriter();
    await stream.append(writer);
    const follower = startFollowing(reader, null, stream.stream);
    await eventually('the first came', () => follower.events.length === 1);
    proxy.refuse();
    await stream.append(writer);
    proxy.accept();
    await eventually('the second came', () => follower.events.length === 2);
    await follower.end();
  });

  it('stops at a hole: somebody took events away', async () => {
    const store = await open();
    const stream = new StreamWriter();
    await stream.append(store, 5);
    await queryAsOwner(
      database.url,
      `alter table event_store.events disable trigger append_only;
       delete from event_store.events where position = 3`,
    );
    const signal = new AbortController().signal;
    await expect(store.follow(null, noSink, signal)).rejects.toMatchObject({
      name: 'PermanentStoreError',
      code: 'broken-order',
      message: expect.stringContaining('position 3 ') as string,
    });
  });

  it('does not begin behind the end of the store', async () => {
    const store = await open();
    await new StreamWriter().append(store, 5);
    const signal = new AbortController().signal;
    await expect(store.follow(positions.format(6), noSink, signal)).rejects.toMatchObject({
      code: 'broken-order',
    });
  });

  it('ends when the store closes', async () => {
    const store = await open();
    const done = store.follow(null, noSink, new AbortController().signal);
    await store.close();
    await done;
  });
});
