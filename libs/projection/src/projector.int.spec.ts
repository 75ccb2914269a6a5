import type { Pool } from 'pg';

import type { EventBatch, EventStore, Position } from '#event-store';
import { MemoryEventStore } from '#event-store/testing';
import { PoisonEvent, PostgresReadTables, PostgresTableWriter } from '#read-model';
import { createTestDatabase, eventuallyHolds, type TestDatabase } from '#testing';

import {
  TestLedger,
  expectTablesToAgree,
  isAtHead,
  startProjector,
  readStatement,
  userNo,
  type Running,
} from './testing/projector-harness.js';
import type { AppliedBatchReport, Lag } from './projector-observer.js';
import { CheckpointBeyondHead } from './checkpoint-beyond-head.js';

let database: TestDatabase;
let pool: Pool;
let store: MemoryEventStore;
let ledger: TestLedger;
const running: Running[] = [];

beforeAll(async () => {
  database = await createTestDatabase('projector');
});

beforeEach(async () => {
  pool = await database.migratedPool();
  store = new MemoryEventStore();
  ledger = new TestLedger(store);
});

afterEach(async () => {
  await Promise.allSettled(running.splice(0).map((one) => one.stop()));
  await database.endPools();
});

afterAll(() => database.drop());

function run(...args: Partial<Parameters<typeof startProjector>>): Running {
  const [on = pool, from = store, observer = {}, terms = {}] = args;
  const one = startProjector(on, from, observer, terms);
  running.push(one);
  return one;
}

const atHead = () => eventuallyHolds('at the head', () => isAtHead(pool, store));

/** A store of which one thing is different. */
const withFollow = (follow: EventStore['follow']): EventStore => ({
  append: (...args) => store.append(...args),
  readStream: (...args) => store.readStream(...args),
  readAll: (...args) => store.readAll(...args),
  isPosition: (text): text is Position => store.isPosition(text),
  head: () => store.head(),
  timeOfDay: () => store.timeOfDay(),
  close: () => store.close(),
  follow,
});

/** A subscription that gives something else than the store has. */
const giving = (change: (batch: EventBatch) => EventBatch): EventStore =>
  withFollow((after, sink, signal) => store.follow(after, (batch) => sink(change(batch)), signal));

/** Ends the backend of every session that is in a transaction, or waits for its client. */
async function endBackends(where: string): Promise<number> {
  const { rowCount } = await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and ${where}`,
  );
  return rowCount ?? 0;
}

describe('the projector', () => {
  it('writes the events of the store into the tables, and then new ones', async () => {
    await ledger.run(300);
    run();
    await atHead();
    await expectTablesToAgree(pool, ledger);
    await ledger.run(60);
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });

  it('continues where another one stopped', async () => {
    await ledger.run(100);
    const first = run();
    await atHead();
    await first.stop();
    await ledger.run(100);
    run();
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });

  it('finishes the write that is under way when it is stopped', async () => {
    await ledger.run(200);
    const one = run();
    await eventuallyHolds(
      'the first batch is written',
      async () => (await new PostgresReadTables(pool, 'points').position()) !== null,
    );
    await expect(one.stop()).resolves.toBeUndefined();
    const open = await pool.query(
      `select 1 from pg_stat_activity
       where datname = current_database() and state like 'idle in transaction%'`,
    );
    expect(open.rowCount).toBe(0);
  });

  it('reports each batch that it wrote', async () => {
    const applied: AppliedBatchReport[] = [];
    await ledger.run(50);
    run(pool, store, { applied: (batch) => applied.push(batch) });
    await atHead();
    const head = await store.head();
    expect(applied.at(-1)).toMatchObject({ version: 1, position: head });
    const rows = (await Promise.all(ledger.userIds.map((id) => readStatement(pool, id)))).flat();
    expect(applied.reduce((sum, batch) => sum + batch.rows, 0)).toBe(rows.length);
  });

  it('reports its lag in events and in seconds', async () => {
    const lags: Lag[] = [];
    const never = withFollow((_after, _sink, signal) => untilAborted(signal));
    await ledger.run(4);
    run(pool, never, { lagMeasured: (all) => lags.push(...all) });
    await eventuallyHolds('the lag is reported', () => lags.length > 0);
    // The first event is from the beginning of the hour at whose end the clock stands.
    expect(lags[0]).toMatchObject({ version: 1, state: 'live', events: 4, seconds: 3_600 });
  });

  it('reports no lag when it has written all events', async () => {
    const lags: Lag[] = [];
    await ledger.run(20);
    run(pool, store, { lagMeasured: (all) => lags.push(...all) });
    await atHead();
    const before = lags.length;
    await eventuallyHolds('the lag is reported again', () => lags.length > before + 1);
    const position = await store.head();
    const nothing = { parked: 0, events: 0, seconds: 0 };
    expect(lags.at(-1)).toEqual({ version: 1, state: 'live', position, ...nothing });
  });
});

describe('a projector with a faulty subscription', () => {
  it('loses nothing when the subscription is dropped again and again', async () => {
    const failed: unknown[] = [];
    await ledger.run(200);
    const dropping = withFollow(async (after, sink, signal) => {
      const page = await store.readAll(after, 40);
      if (page.next !== null && page.events.length > 0) {
        await sink({ events: page.events, next: page.next });
      }
      if (!signal.aborted) throw new Error('the subscription was dropped');
    });
    run(pool, dropping, { failed: (_version, cause) => failed.push(cause) });
    await atHead();
    await expectTablesToAgree(pool, ledger);
    expect(failed.length).toBeGreaterThan(2);
  });

  it('takes each event once when batches are delivered twice, or overlap', async () => {
    await ledger.run(200);
    const doubling = withFollow((after, sink, signal) =>
      store.follow(
        after,
        async (batch) => {
          for (const part of overlapping(batch)) await sink(part);
        },
        signal,
      ),
    );
    run(pool, doubling);
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });

  it('stops at a gap in what the subscription delivers', async () => {
    const poisons: Error[] = [];
    await ledger.run(60);
    const leaking = giving((batch) => ({
      ...batch,
      events: batch.events.filter((_, index) => index !== 30),
    }));
    run(pool, leaking, { poisoned: (_version, cause) => poisons.push(cause) });
    await eventuallyHolds('the poison is met', () => poisons.length === 1);
    expect(poisons[0]).toMatchObject({ name: 'PoisonEvent', reason: 'hole-in-store' });
  });
});

describe('a projector that is killed', () => {
  it('leaves rows and checkpoint consistent, whichever query it was in', async () => {
    await ledger.run(400);
    const failed: unknown[] = [];
    run(pool, store, { failed: (_version, cause) => failed.push(cause) });
    let ended = 0;
    for (let kill = 0; kill < 12; kill++) {
      await ledger.run(25);
      ended += await endBackends(`query like '%mjk_point_%' and state <> 'idle'`);
      ended += await endBackends(`state = 'idle in transaction'`);
    }
    ended += await endBackends(`query like '%advisory%'`);
    expect(ended).toBeGreaterThan(0);
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });

  it('writes nothing twice when the answers to its commits are lost', async () => {
    await ledger.run(100);
    const failed: unknown[] = [];
    run(losingAnswers(database.beside(pool), 3), store, {
      failed: (_version, cause) => failed.push(cause),
    });
    await atHead();
    await ledger.run(20);
    await atHead();
    await eventuallyHolds('it fails twice', () => failed.length >= 2);
    await ledger.run(20);
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });

  it('leaves nothing behind when it dies within the transaction', async () => {
    await ledger.run(50);
    const client = await pool.connect();
    await client.query('begin');
    await client.query(`update mjk_point_checkpoints set position = 'memory:9999999999999999'`);
    await client.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
    client.release(true);
    run();
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });
});

describe('two projectors', () => {
  it('work one at a time: the other one waits and takes over', async () => {
    const leads: string[] = [];
    const observe = (name: string) => ({
      leadershipChanged: (leading: boolean) => void (leading && leads.push(name)),
    });
    const first = run(pool, store, observe('first'));
    await eventuallyHolds('one leads', () => leads.length === 1);
    run(database.beside(pool), store, observe('second'));
    await ledger.run(100);
    await atHead();
    expect(leads).toEqual(['first']);
    await first.stop();
    await ledger.run(100);
    await eventuallyHolds('the second leads', () => leads.includes('second'));
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });

  it('do no harm when both take themselves for the leader', async () => {
    const moved: number[] = [];
    await ledger.run(300);
    const racing = [1, 2, 3].map(() => race(pool, store, moved));
    await Promise.all(racing);
    expect(moved.length).toBeGreaterThan(0);
    await expectTablesToAgree(pool, ledger);
  });

  it('do no harm when the lock is lost with its connection', async () => {
    const leads: string[] = [];
    const observe = (name: string) => ({
      leadershipChanged: (leading: boolean) => void (leading && leads.push(name)),
    });
    run(pool, store, observe('first'));
    await eventuallyHolds('one leads', () => leads.length === 1);
    run(database.beside(pool), store, observe('second'));
    for (let round = 0; round < 5; round++) {
      await ledger.run(20);
      await endBackends(`query like '%pg_try_advisory_lock%'`);
    }
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });
});

describe('an event that this build does not know', () => {
  const poisonAt = async (user: number): Promise<void> => {
    await store.append(`points-${userNo(user)}`, -1, [
      {
        id: '00000000-0000-5000-9000-000000000001',
        type: 'PointsGifted',
        data: '{"type":"PointsGifted"}',
        meta: '{"v":9}',
        hash: new Uint8Array(32),
      },
    ]);
  };

  it('stops the tables right before it, with an alarm, and no later event is written', async () => {
    const poisons: Error[] = [];
    await ledger.run(100);
    const before = await store.head();
    await poisonAt(99);
    await ledger.run(50);
    run(pool, store, { poisoned: (_version, cause) => poisons.push(cause) });
    await eventuallyHolds('the poison is met', () => poisons.length > 0);
    expect(poisons).toHaveLength(1);
    expect(poisons[0]).toBeInstanceOf(PoisonEvent);
    expect(poisons[0]).toMatchObject({
      stream: `points-${userNo(99)}`,
      revision: 0,
      reason: 'unknown-event',
    });
    expect(await new PostgresReadTables(pool, 'points').position()).toBe(before);
  });

  it('is read once more, in case the subscription was at fault', async () => {
    const poisons: Error[] = [];
    const repeated: unknown[] = [];
    await ledger.run(60);
    let leaks = true;
    const leaking = giving((batch) => {
      const events = batch.events.filter((_, index) => !leaks || index !== 30);
      leaks = false;
      return { ...batch, events };
    });
    run(pool, leaking, {
      poisoned: (_version, cause) => poisons.push(cause),
      retriedWithParking: (_version, cause) => repeated.push(cause),
    });
    await atHead();
    await expectTablesToAgree(pool, ledger);
    expect(poisons).toEqual([]);
    expect(repeated).toMatchObject([{ name: 'PoisonEvent', reason: 'hole-in-store' }]);
  });

  it('stops the projector at once when it comes after later events', async () => {
    const poisons: Error[] = [];
    await ledger.run(30);
    const disorderly = withFollow((after, sink, signal) =>
      store.follow(
        after,
        async (batch) => {
          await sink(batch);
          const [first] = batch.events;
          const late = { ...first!, stream: `points-${userNo(99)}` };
          await sink({ events: [late], next: late.position });
        },
        signal,
      ),
    );
    run(pool, disorderly, { poisoned: (_version, cause) => poisons.push(cause) });
    await eventuallyHolds('the poison is met', () => poisons.length > 0);
    expect(poisons[0]).toMatchObject({ name: 'PoisonEvent', reason: 'order-broken' });
  });

  it('shows as a lag that grows', async () => {
    const lags: Lag[] = [];
    await ledger.run(10);
    await poisonAt(99);
    run(pool, store, { lagMeasured: (all) => lags.push(...all) });
    await eventuallyHolds('one event behind', () => (lags.at(-1)?.events ?? 0) === 1);
    await ledger.run(5);
    await eventuallyHolds('six events behind', () => (lags.at(-1)?.events ?? 0) >= 6);
  });

  it('lets a projector that knows the event continue from there', async () => {
    const poisons: Error[] = [];
    await ledger.run(10);
    const before = await store.head();
    await poisonAt(99);
    const old = run(pool, store, { poisoned: (_version, cause) => poisons.push(cause) });
    await eventuallyHolds('the poison is met', () => poisons.length > 0);
    await old.stop();
    const reading = store.readAll.bind(store);
    const knowing = withFollow(async (after, sink, signal) => {
      const { next } = await reading(after, 1);
      // What it makes of the event is that it changes nothing: as of a stream of others.
      await sink({ events: [], next: next as Position });
      await store.follow(next, sink, signal);
    });
    run(pool, knowing);
    await ledger.run(10);
    await atHead();
    expect(await new PostgresReadTables(pool, 'points').position()).not.toBe(before);
    await expectTablesToAgree(pool, ledger);
  });
});

describe('a store that was restored from an older backup', () => {
  it('is refused, because its events are not those in the tables', async () => {
    await ledger.run(50);
    const one = run();
    await atHead();
    await one.stop();
    const restored = new MemoryEventStore();
    await new TestLedger(restored).run(20);
    const refused = run(pool, restored);
    await expect(refused.ended).rejects.toThrow(CheckpointBeyondHead);
    expect(await isAtHead(pool, store)).toBe(true);
  });

  it('is refused when it is empty', async () => {
    await ledger.run(5);
    const one = run();
    await atHead();
    await one.stop();
    await expect(run(pool, new MemoryEventStore()).ended).rejects.toThrow(CheckpointBeyondHead);
  });

  it('is refused when it is a store of another kind', async () => {
    await pool.query(
      `update mjk_point_checkpoints set position = 'es-00000000000000000001-00000000000000000001'`,
    );
    await expect(run().ended).rejects.toMatchObject({ code: 'foreign-position' });
  });
});

async function race(on: Pool, from: EventStore, moved: number[]): Promise<void> {
  const writer = new PostgresTableWriter(on, { name: 'points', version: 1 });
  for (;;) {
    const after = (await writer.checkpoint())?.position ?? null;
    const { events, next } = await from.readAll(after, 7);
    if (events.length === 0 || next === null) return;
    const applied = await writer.write(after, { events, next });
    if (applied.kind === 'conflict') moved.push(1);
  }
}

/** Connections that lose the answers to their first commits. */
function losingAnswers(on: Pool, times: number): Pool {
  let left = times;
  on.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const losing = async (...args: unknown[]): Promise<unknown> => {
      const answer = await query(...args);
      if (args[0] !== 'commit' || left-- <= 0) return answer;
      throw new Error('the connection was lost before the answer');
    };
    Object.assign(client, { query: losing });
  });
  return on;
}

/** The batch in halves that overlap, then all of it again. */
function overlapping(batch: EventBatch): EventBatch[] {
  const half = Math.ceil(batch.events.length / 2);
  const first = batch.events.slice(0, half);
  const middle = first.at(-1)!.position;
  return [{ events: first, next: middle }, batch, batch];
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
