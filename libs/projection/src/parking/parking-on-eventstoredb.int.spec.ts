import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { Pool } from 'pg';

import { EventStoreDbEventStore } from '#event-store';
import { PostgresReadTables, readParkedAccounts, type NewParkedAccount } from '#read-model';
import {
  EventStoreDbProtocolServer,
  createTestDatabase,
  eventuallyHolds,
  type TestDatabase,
} from '#testing';

import {
  TestLedger,
  startProjector,
  readStatement,
  userNo,
  type Running,
} from '../testing/projector-harness.js';
import type { Lag } from '../projector-observer.js';
import { Rebuild } from '../rebuild/rebuild.js';
import { unparkAccounts } from './unpark-accounts.js';

let database: TestDatabase;
let pool: Pool;
let server: EventStoreDbProtocolServer;
let client: EventStoreDBClient;
let store: EventStoreDbEventStore;
let ledger: TestLedger;
const running: Running[] = [];
const never = new AbortController().signal;
const credentials = { username: 'admin', password: 'changeit' };
const [DAMAGED, ...INTACT] = [1, 2, 3, 4, 5].map(userNo) as [string, ...string[]];
const stream = `points-${DAMAGED}`;

beforeAll(async () => {
  database = await createTestDatabase('parking_esdb');
});

beforeEach(async () => {
  pool = await database.migratedPool();
  server = await EventStoreDbProtocolServer.start();
  client = EventStoreDBClient.connectionString(server.connectionString);
  store = new EventStoreDbEventStore(server.connectionString, { streamPrefixes: ['points-'] });
  ledger = new TestLedger(store);
});

const stopAll = () => Promise.allSettled(running.splice(0).map((one) => one.stop()));

afterEach(async () => {
  await stopAll();
  await store.close();
  await client.dispose();
  await server.stop();
  await database.endPools();
});

afterAll(() => database.drop());

const tables = () => new PostgresReadTables(pool, 'points');

function run() {
  const observed = { parked: [] as NewParkedAccount[], poisons: [] as Error[], lags: [] as Lag[] };
  const one = startProjector(
    pool,
    store,
    {
      parked: (_, account) => void observed.parked.push(account),
      poisoned: (_, cause) => void observed.poisons.push(cause),
      lagMeasured: (lags) => void observed.lags.push(...lags),
    },
    {},
    null,
  );
  running.push(one);
  return observed;
}

const seesAll = () =>
  eventuallyHolds('the tables have all', async () => {
    const [position, head] = [await tables().position(), await store.head()];
    return position !== null && head !== null && position >= head;
  });

async function expectOthersToAgree(): Promise<void> {
  for (const userId of INTACT) {
    const { balance, held, revision } = await ledger.account(userId);
    expect(await tables().account(userId)).toMatchObject({ balance, held, revision });
    expect(await readStatement(pool, userId)).toHaveLength((await ledger.expected(userId)).length);
    expect(await tables().projectionStatus(userId)).toMatchObject({ parked: null });
  }
}

describe('a stream with a tombstone', () => {
  it('parks its account and no other, also after a restart and a rebuild', async () => {
    await ledger.run(40);
    const first = run();
    await seesAll();
    const before = await readStatement(pool, DAMAGED);
    await client.tombstoneStream(stream, { credentials });
    const others = new TestLedger(store, 3, 100);
    await eventuallyHolds('it is parked', () => first.parked.length > 0);
    expect(first.parked).toMatchObject([{ userId: DAMAGED, code: 'stream-deleted' }]);
    await others.run(30);
    await seesAll();
    await expectOthersToAgree();
    for (const userId of others.userIds) {
      expect(await readStatement(pool, userId)).toHaveLength(
        (await others.expected(userId)).length,
      );
    }
    expect(await readStatement(pool, DAMAGED)).toEqual(before);
    await stopAll();

    const second = run();
    await eventuallyHolds('the lag is reported', () => second.lags.length > 0);
    expect(second.lags.at(-1)).toMatchObject({ parked: 1, events: 0, seconds: 0 });
    expect([second.poisons, second.parked]).toEqual([[], []]);
    await stopAll();

    const leftOut: number[] = [];
    const rebuild = new Rebuild({
      store,
      pool,
      name: 'points',
      observer: { accountsSkipped: (accounts) => void leftOut.push(accounts) },
    });
    expect(await rebuild.run({ acceptDifferences: false }, never)).toMatchObject({
      kind: 'switched',
    });
    expect(leftOut).toEqual([1]);
    await expectOthersToAgree();
    expect(await readStatement(pool, DAMAGED)).toHaveLength(before.length);
  });

  it('cannot be unparked, and the reason is given', async () => {
    await ledger.run(20);
    await client.tombstoneStream(stream, { credentials });
    run();
    await seesAll();
    const results = [];
    const parts = { store, pool, name: 'points' };
    for await (const result of unparkAccounts(parts, [DAMAGED], never)) results.push(result);
    expect(results).toMatchObject([
      { kind: 'refused', reason: expect.stringContaining('stream-deleted') as string },
    ]);
    expect(await readParkedAccounts(pool, 'points')).toHaveLength(1);
  });

  it('parks its account although nothing else is new', async () => {
    await client.appendToStream(stream, jsonEvent({ type: 'x', data: {} }), { credentials });
    await client.tombstoneStream(stream, { credentials });
    const { parked, poisons } = run();
    await eventuallyHolds('it is parked', () => parked.length > 0);
    expect(parked).toMatchObject([{ userId: DAMAGED, revision: 0, code: 'unreadable-record' }]);
    expect(poisons).toEqual([]);
  });
});

describe('a stream with a foreign record', () => {
  it('parks its account at that record, and no other account', async () => {
    await ledger.run(30);
    await client.appendToStream(stream, jsonEvent({ type: 'x', data: { by: 'an operator' } }), {
      credentials,
    });
    const { parked, poisons } = run();
    await seesAll();
    const revision = (await tables().account(DAMAGED))?.revision ?? -1;
    expect(parked).toMatchObject([
      { userId: DAMAGED, revision: revision + 1, code: 'unreadable-record' },
    ]);
    expect(poisons).toEqual([]);
    await expectOthersToAgree();
  });
});

describe('a stream that was truncated by a scavenge', () => {
  it('parks its account, and no other account', async () => {
    // The double does not scavenge: it leaves the first event of the stream out of what it gives.
    server.faults.read = () => ({ kind: 'omit', stream, revision: 0 });
    const others = new TestLedger(store, 3, 100);
    await others.run(3);
    const { parked } = run();
    await seesAll();
    await ledger.run(60);
    await eventuallyHolds('it is parked', () => parked.length > 0);
    expect(parked).toMatchObject([{ userId: DAMAGED, revision: 1, code: 'stream-truncated' }]);
    server.faults.read = undefined;
    await seesAll();
    await expectOthersToAgree();
  });
});
