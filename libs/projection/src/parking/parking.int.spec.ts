import type { Pool } from 'pg';

import {
  followsDirectly,
  type EventBatch,
  type EventStore,
  type RecordedEvent,
} from '#event-store';
import type { MemoryEventStore, MemoryLog } from '#event-store/testing';
import { PostgresReadTables, type NewParkedAccount } from '#read-model';
import { createTestDatabase, eventuallyHolds, type TestDatabase } from '#testing';

import {
  TestLedger,
  expectTablesToAgree,
  isAtHead,
  newMemoryLog,
  startProjector,
  readStatement,
  storeOn,
  userNo,
  type Running,
} from '../testing/projector-harness.js';
import { Rebuild } from '../rebuild/rebuild.js';
import { parkedAccounts, unparkAccounts } from './unpark-accounts.js';

let database: TestDatabase;
let pool: Pool;
let log: MemoryLog;
let store: MemoryEventStore;
let ledger: TestLedger;
const running: Running[] = [];
const never = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase('parking');
});

beforeEach(async () => {
  pool = await database.migratedPool();
  log = newMemoryLog();
  store = storeOn(log);
  ledger = new TestLedger(store);
});

const stopAll = () => Promise.allSettled(running.splice(0).map((one) => one.stop()));

afterEach(async () => {
  await stopAll();
  await database.endPools();
});

afterAll(() => database.drop());

type Change = (event: RecordedEvent) => RecordedEvent | null;

/** The store, with one event of one account changed, or left out, wherever it is read. */
function changing(userId: string, revision: number, change: Change): EventStore {
  const changed = (event: RecordedEvent): readonly RecordedEvent[] => {
    const isIt = event.stream === `points-${userId}` && event.revision === revision;
    const one = isIt ? change(event) : event;
    return one === null ? [] : [one];
  };
  const inBatch = <B extends { readonly events: readonly RecordedEvent[] }>(batch: B): B => ({
    ...batch,
    events: batch.events.flatMap(changed),
  });
  return {
    append: (...args) => store.append(...args),
    async *readStream(...args) {
      for await (const event of store.readStream(...args)) yield* changed(event);
    },
    readAll: async (...args) => inBatch(await store.readAll(...args)),
    head: () => store.head(),
    timeOfDay: () => store.timeOfDay(),
    isPosition: (text) => store.isPosition(text),
    close: () => store.close(),
    follow: (after, sink, signal) => store.follow(after, (batch) => sink(inBatch(batch)), signal),
  };
}

const damageData: Change = (event) => ({ ...event, data: '{"type":' });

interface Observed {
  readonly parked: NewParkedAccount[];
  readonly poisons: Error[];
  readonly failed: unknown[];
}

function run(from: EventStore = store, on: Pool = pool): Observed {
  const observed: Observed = { parked: [], poisons: [], failed: [] };
  running.push(
    startProjector(on, from, {
      parked: (_, account) => void observed.parked.push(account),
      poisoned: (_, cause) => void observed.poisons.push(cause),
      failed: (_, cause) => void observed.failed.push(cause),
    }),
  );
  return observed;
}

const atHead = () => eventuallyHolds('at the head', () => isAtHead(pool, store));
const tables = () => new PostgresReadTables(pool, 'points');
const [DAMAGED, ...INTACT] = [1, 2, 3, 4, 5].map(userNo);

async function expectOthersToAgree(): Promise<void> {
  for (const userId of INTACT) {
    const rows = await readStatement(pool, userId);
    const { balance, held, revision } = await ledger.account(userId);
    expect(rows.map(({ amount }) => amount)).toEqual(
      (await ledger.expected(userId)).map(({ amount }) => amount),
    );
    expect(await tables().account(userId)).toMatchObject({ balance, held, revision });
    expect(await tables().projectionStatus(userId)).toMatchObject({ parked: null });
  }
}

describe('an account with an event that cannot be applied', () => {
  it.each<[string, number, Change, Partial<NewParkedAccount>]>([
    ['an event in the middle', 5, damageData, { code: 'unreadable-event', revision: 5 }],
    ['its first event', 0, damageData, { code: 'unreadable-event', revision: 0 }],
    [
      'a balance that the rows do not give',
      5,
      (event) => ({ ...event, data: event.data.replace(/"balanceAfter":\d+/, '"balanceAfter":1') }),
      { code: 'rows-disagree', revision: 5 },
    ],
  ])(
    'is parked because of %s, and no other account is',
    async (_what, revision, change, account) => {
      await ledger.run(100);
      const { parked, poisons, failed } = run(changing(DAMAGED!, revision, change));
      await atHead();
      expect(parked).toMatchObject([{ userId: DAMAGED, ...account }]);
      expect([poisons, failed]).toEqual([[], []]);
      await expectOthersToAgree();
      const before = await readStatement(pool, DAMAGED!);
      expect(before.every((row) => row.revision < revision)).toBe(true);
      await ledger.run(50);
      await atHead();
      await expectOthersToAgree();
      expect(await readStatement(pool, DAMAGED!)).toEqual(before);
      expect(parked).toHaveLength(1);
      expect(await tables().projectionStatus(DAMAGED!)).toMatchObject({ parked: account });
    },
  );

  it('is parked because of a missing revision, where positions are not dense', async () => {
    await ledger.run(60);
    const sparse = changing(DAMAGED!, 3, () => null);
    const observed: NewParkedAccount[] = [];
    running.push(
      startProjector(pool, sparse, { parked: (_, one) => void observed.push(one) }, {}, null),
    );
    await atHead();
    expect(observed).toMatchObject([{ userId: DAMAGED, revision: 4, code: 'stream-truncated' }]);
    await expectOthersToAgree();
  });

  it('is parked because of rows that the database refuses, which are found among many', async () => {
    await pool.query(
      `alter table mjk_point_accounts_v1 add constraint refused
       check (not (user_id = '${DAMAGED}' and revision >= 7))`,
    );
    await ledger.run(150);
    const { parked, failed } = run();
    await atHead();
    expect(parked).toMatchObject([{ userId: DAMAGED, revision: 7, code: 'unwritable-value' }]);
    expect(parked[0]?.detail).toContain('refused');
    expect(failed).toEqual([]);
    await expectOthersToAgree();
  });

  it('is parked because of a tombstone or a foreign record', async () => {
    await ledger.run(30);
    log.tombstone(`points-${DAMAGED}`);
    log.writeUnreadable(`points-${userNo(2)}`);
    const { parked, poisons } = run();
    await atHead();
    expect(parked).toMatchObject([
      { userId: DAMAGED, code: 'stream-deleted' },
      { userId: userNo(2), code: 'unreadable-record' },
    ]);
    expect(poisons).toEqual([]);
    for (const userId of INTACT.slice(1)) {
      expect(await tables().projectionStatus(userId)).toMatchObject({ parked: null });
    }
    expect(await readStatement(pool, DAMAGED!)).not.toEqual([]);
  });

  it('is parked once, even when the projector is killed again and again', async () => {
    await ledger.run(200);
    const sick = changing(DAMAGED!, 9, damageData);
    // One connection kills the others: the pool may not know yet which of its own are dead.
    const killer = await pool.connect();
    for (let kill = 0; kill < 8; kill++) {
      run(sick);
      await ledger.run(20);
      await killer.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()
           and (query like '%mjk_point_%' or state like 'idle in transaction%')`,
      );
      await stopAll();
    }
    killer.release();
    const { parked } = run(sick);
    await atHead();
    expect(parked.length).toBeLessThanOrEqual(1);
    expect(await parkedAccounts({ pool, name: 'points' })).toMatchObject([
      { userId: DAMAGED, revision: 9 },
    ]);
    await expectOthersToAgree();
  });
});

describe('a delivery that is faulty once, while a batch is written with parking', () => {
  it.each<[string, Change]>([
    ['an event that cannot be read', damageData],
    ['an event that is missing', () => null],
  ])('parks no account and stops nothing: %s', async (_what, change) => {
    await ledger.run(100);
    const damaged = changing(DAMAGED!, 3, damageData);
    let deliveries = 0;
    const { parked, poisons } = run({
      ...damaged,
      follow: (after, sink, signal) => {
        const isFaulty = ++deliveries === 2;
        const isIt = (event: RecordedEvent): boolean =>
          isFaulty && event.stream === `points-${INTACT[0]}` && event.revision === 5;
        const faulty = (event: RecordedEvent): readonly RecordedEvent[] => {
          const one = isIt(event) ? change(event) : event;
          return one === null ? [] : [one];
        };
        return damaged.follow(
          after,
          (batch) => sink({ ...batch, events: batch.events.flatMap(faulty) }),
          signal,
        );
      },
    });
    await eventuallyHolds('at the head, or stopped', async () => {
      return poisons.length > 0 || (await isAtHead(pool, store));
    });
    expect(poisons).toEqual([]);
    expect(parked).toMatchObject([{ userId: DAMAGED, revision: 3 }]);
    await expectOthersToAgree();
  });
});

describe('a failure that does not concern single accounts', () => {
  it('stops the projector when the database refuses rows of no single account', async () => {
    await ledger.run(40);
    await pool.query(
      `create function refuse() returns trigger language plpgsql as $$ begin
         if (select count(distinct user_id) from mjk_point_transactions_v1) > 3 then
           raise exception 'too many users' using errcode = '23514';
         end if;
         return null; end $$;
       create constraint trigger refused after insert on mjk_point_transactions_v1
         for each row execute function refuse()`,
    );
    const { poisons, parked } = run();
    await eventuallyHolds('it stops', () => poisons.length > 0);
    expect(poisons).toMatchObject([{ name: 'UnattributedDataError' }]);
    expect(parked).toEqual([]);
    expect(await tables().position()).toBeNull();
  });

  it('stops the projector at the twenty-first parked account within an hour', async () => {
    const many = new TestLedger(store, 40);
    await many.run(40);
    const damaged = damagedFor(21);
    const { poisons } = run(damaged);
    await eventuallyHolds('it stops', () => poisons.length > 0);
    expect(poisons).toMatchObject([{ name: 'TooManyParked' }]);
    expect((await parkedAccounts({ pool, name: 'points' })).length).toBeLessThanOrEqual(20);
  });

  it('lets twenty accounts be parked within an hour, and another one later', async () => {
    const many = new TestLedger(store, 40);
    await many.run(40);
    const first = run(damagedFor(20));
    await atHead();
    expect(first.poisons).toEqual([]);
    await stopAll();
    await pool.query(`update mjk_point_parked_accounts set since = since - interval '61 minutes'`);
    await many.run(40);
    const second = run(damagedFor(21, 1));
    await atHead();
    expect(second.poisons).toEqual([]);
    expect(await parkedAccounts({ pool, name: 'points' })).toHaveLength(21);
  });

  /** The events of so many accounts at that revision are damaged. */
  function damagedFor(accounts: number, revision = 0): EventStore {
    const sick = new Set(Array.from({ length: accounts }, (_, n) => `points-${userNo(n + 1)}`));
    const change = (event: RecordedEvent): RecordedEvent =>
      sick.has(event.stream) && event.revision === revision ? { ...event, data: '{' } : event;
    const inBatch = (batch: EventBatch): EventBatch => ({
      ...batch,
      events: batch.events.map(change),
    });
    return {
      append: (...args) => store.append(...args),
      readStream: (...args) => store.readStream(...args),
      readAll: (...args) => store.readAll(...args),
      head: () => store.head(),
      timeOfDay: () => store.timeOfDay(),
      isPosition: (text) => store.isPosition(text),
      close: () => store.close(),
      follow: (after, sink, signal) => store.follow(after, (batch) => sink(inBatch(batch)), signal),
    };
  }
});

describe('unpark', () => {
  const unparked = async (from: EventStore, userIds: readonly string[]) => {
    const results = [];
    const parts = { store: from, pool, name: 'points' };
    for await (const result of unparkAccounts(parts, userIds, never)) results.push(result);
    return results;
  };

  it('gives the rows of a rebuild except for their ids, and the projector continues', async () => {
    await ledger.run(100);
    run(changing(DAMAGED!, 5, damageData));
    await atHead();
    await stopAll();
    run();
    await ledger.run(20);
    await atHead();
    const { revision } = await ledger.account(DAMAGED!);
    expect(await unparked(store, [DAMAGED!])).toMatchObject([
      { kind: 'unparked', userId: DAMAGED, events: revision + 1 },
    ]);
    await ledger.run(50);
    await atHead();
    await expectRowsToAgree();
    const ids = (await readStatement(pool, DAMAGED!)).map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    await stopAll();
    const rebuild = new Rebuild({ store, pool, name: 'points', observer: {}, followsDirectly });
    expect(await rebuild.run({ acceptDifferences: false }, never)).toMatchObject({
      kind: 'switched',
    });
    await expectTablesToAgree(pool, ledger);
  });

  it('unparks an account that was parked at its first event', async () => {
    await ledger.run(60);
    run(changing(DAMAGED!, 0, damageData));
    await atHead();
    await stopAll();
    run();
    await unparked(store, [DAMAGED!]);
    await ledger.run(30);
    await atHead();
    await expectRowsToAgree();
  });

  it('changes nothing while the event is still damaged', async () => {
    await ledger.run(60);
    const sick = changing(DAMAGED!, 4, damageData);
    run(sick);
    await atHead();
    const before = await readStatement(pool, DAMAGED!);
    expect(await unparked(sick, [DAMAGED!])).toMatchObject([
      { kind: 'refused', userId: DAMAGED, reason: expect.stringContaining('revision 4') as string },
    ]);
    expect(await readStatement(pool, DAMAGED!)).toEqual(before);
    expect(await tables().projectionStatus(DAMAGED!)).toMatchObject({ parked: { revision: 4 } });
  });

  it('refuses a stream that was truncated', async () => {
    await ledger.run(60);
    run(changing(DAMAGED!, 4, damageData));
    await atHead();
    const before = await readStatement(pool, DAMAGED!);
    const cut: EventStore = {
      ...changing(DAMAGED!, -1, () => null),
      readStream: (stream) => store.readStream(stream, { limit: 2 }),
    };
    expect(await unparked(cut, [DAMAGED!])).toMatchObject([{ kind: 'refused' }]);
    expect(await readStatement(pool, DAMAGED!)).toEqual(before);
  });

  it('reports that a deleted stream stays parked, and which accounts are not parked', async () => {
    await ledger.run(30);
    log.tombstone(`points-${DAMAGED}`);
    run();
    await atHead();
    expect(await unparked(store, [DAMAGED!, userNo(2)])).toMatchObject([
      { kind: 'refused', userId: DAMAGED },
      { kind: 'not-parked', userId: userNo(2) },
    ]);
  });

  it('makes a running projector discard what it had prepared', async () => {
    await ledger.run(100);
    run(changing(DAMAGED!, 5, damageData));
    await atHead();
    await stopAll();
    run();
    for (let round = 0; round < 5; round++) {
      await Promise.all([ledger.run(30), unparked(store, [DAMAGED!])]);
      await pool.query(
        `insert into mjk_point_parked_accounts
         values ('points', 1, $1, 0, 'memory:0000000000000001', 'failed-fold', 'again', now())
         on conflict do nothing`,
        [DAMAGED],
      );
    }
    await unparked(store, [DAMAGED!]);
    await atHead();
    await expectRowsToAgree();
  });

  async function expectRowsToAgree(): Promise<void> {
    for (const userId of ledger.userIds) {
      const rows = await readStatement(pool, userId);
      const expected = await ledger.expected(userId);
      expect(rows).toHaveLength(expected.length);
      for (const [index, row] of rows.entries()) expect(row).toMatchObject(expected[index]!);
      const { balance, held, revision } = await ledger.account(userId);
      expect(await tables().account(userId)).toMatchObject({ balance, held, revision });
      expect(await tables().projectionStatus(userId)).toMatchObject({ parked: null });
    }
  }
});

describe('a rebuild', () => {
  it('retries parked accounts, and skips those that stay parked in the comparison', async () => {
    await ledger.run(100);
    run(changing(DAMAGED!, 5, damageData));
    await atHead();
    await stopAll();
    const skipped: number[] = [];
    const parked: string[] = [];
    const observer = {
      accountsSkipped: (accounts: number) => void skipped.push(accounts),
      parked: (_: number, { userId }: NewParkedAccount) => void parked.push(userId),
    };
    const again = new Rebuild({
      store: changing(DAMAGED!, 5, damageData),
      pool,
      name: 'points',
      observer,
      followsDirectly,
    });
    const [before] = await parkedAccounts({ pool, name: 'points' });
    expect(await again.run({ acceptDifferences: false }, never)).toMatchObject({
      kind: 'switched',
    });
    expect([skipped, parked]).toEqual([[1], [DAMAGED]]);
    expect(await parkedAccounts({ pool, name: 'points' })).toEqual([before]);
    await again.drop('kept');
    const mended = new Rebuild({ store, pool, name: 'points', observer, followsDirectly });
    expect(await mended.run({ acceptDifferences: false }, never)).toMatchObject({
      kind: 'switched',
    });
    expect(skipped).toEqual([1, 1]);
    expect(await parkedAccounts({ pool, name: 'points' })).toEqual([]);
    await expectTablesToAgree(pool, ledger);
  });

  it('tries again what was parked in its version before the cause was mended', async () => {
    await ledger.run(100);
    run(changing(DAMAGED!, 5, damageData));
    await atHead();
    await stopAll();
    const rebuildOf = (from: EventStore, stop?: AbortController) =>
      new Rebuild({
        store: from,
        pool,
        name: 'points',
        observer: { stepCompleted: (step) => step === 'indexed' && stop?.abort() },
        followsDirectly,
      }).run({ acceptDifferences: false }, stop?.signal ?? never);
    const stop = new AbortController();
    await expect(rebuildOf(changing(DAMAGED!, 5, damageData), stop)).rejects.toThrow();
    const parts = { store, pool, name: 'points' };
    for await (const { kind } of unparkAccounts(parts, [DAMAGED!], never)) {
      expect(kind).toBe('unparked');
    }
    run();
    await ledger.run(20);
    await atHead();

    expect(await rebuildOf(store)).toMatchObject({ kind: 'switched' });
    expect(await parkedAccounts({ pool, name: 'points' })).toEqual([]);
    await ledger.run(20);
    await atHead();
    for (const userId of ledger.userIds) {
      const { balance, revision } = await ledger.account(userId);
      expect(await tables().account(userId)).toMatchObject({ balance, revision });
    }
  });
});
