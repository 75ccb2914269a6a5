import { TcpProxy } from '#testing';
import type { EventStore } from '../port.js';
import { eventually, startFollowing, idsOf, StreamWriter } from '../testing/stream-writer.js';
import { queryAsOwner, freshDatabase, type Database } from '../testing/fresh-database.js';
import { openPostgresEventStore } from './open-event-store.js';
import type { PostgresOptions } from './options.js';
import { positions } from './append-call.js';
import { postgresPools } from './pools.js';
import { PostgresEventStore } from './postgres-event-store.js';

/** An interval longer than a test may take, so that a follower has to be woken. */
const NEVER_MS = 600_000;
const EVENTS = 20;
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

/** Appends events one by one, and checks that each is delivered before the next. */
async function deliverEach(writer: EventStore, reader: EventStore): Promise<void> {
  const stream = new StreamWriter();
  const follower = startFollowing(reader, await reader.head(), stream.stream);
  for (let count = 1; count <= EVENTS; count += 1) {
    await stream.append(writer);
    await eventually('the event was delivered', () => follower.events.length === count);
  }
  await follower.end();
}

describe('A follower of Postgres', () => {
  it('is woken by a commit of another process long before it would poll', async () => {
    await deliverEach(await open(), await open({ pollMs: NEVER_MS, fallbackPollMs: NEVER_MS }));
  });

  it('polls at short intervals while no connection listens for notifications', async () => {
    const writer = await open();
    const pools = postgresPools(database.url);
    const nowhere = new URL(database.url);
    nowhere.port = '1';
    const listener = postgresPools(nowhere.toString()).listener;
    const reader = new PostgresEventStore({ ...pools, listener }, { pollMs: NEVER_MS });
    opened.push(reader);
    await deliverEach(writer, reader);
  });

  it('polls only at long intervals while nothing happens', async () => {
    const store = await open({ pollMs: 500 }, proxy.through(database.url));
    await new StreamWriter().append(store);
    const follower = startFollowing(store, await store.head(), /./);
    const polled = async (): Promise<number> => {
      const before = proxy.received;
      await eventually('it polls', () => proxy.received > before);
      return proxy.received - before;
    };
    await polled();
    const bytes = [await polled(), await polled(), await polled()];
    await follower.end();
    expect(Math.max(...bytes)).toBeLessThan(500);
  });

  it('continues when its connections are cut repeatedly', async () => {
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
    await eventually('all events arrived', () => follower.events.length >= written.length);
    await follower.end();
    expect(idsOf(follower.events)).toEqual(written);
  });

  it('delivers events that were written while its notifications were interrupted', async () => {
    const writer = await open();
    const reader = await open({ pollMs: 60_000 }, proxy.through(database.url));
    const stream = new StreamWriter();
    await stream.append(writer);
    const follower = startFollowing(reader, null, stream.stream);
    await eventually('the first event arrived', () => follower.events.length === 1);
    proxy.refuse();
    await stream.append(writer);
    proxy.accept();
    await eventually('the second event arrived', () => follower.events.length === 2);
    await follower.end();
  });

  it('stops at a missing position, because events were removed', async () => {
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

  it('rejects a position beyond the end of the store', async () => {
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
