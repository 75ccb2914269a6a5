import type { Pool } from 'pg';

import { followsDirectly } from '#event-store';
import { MemoryEventStore } from '#event-store/testing';
import { PostgresReadTables, readCheckpoints, type NewParkedAccount } from '#read-model';
import { createTestDatabase, eventuallyHolds, type TestDatabase } from '#testing';

import {
  TestLedger,
  expectTablesToAgree,
  isAtHead,
  startProjector,
  readStatement,
  userNo,
  type Running,
} from '../testing/projector-harness.js';
import type { Progress } from './throttle.js';
import { Rebuild, type RebuildOptions, type RebuildStep, type RebuildOutcome } from './rebuild.js';

let database: TestDatabase;
let pool: Pool;
let store: MemoryEventStore;
let ledger: TestLedger;
const running: Running[] = [];

beforeAll(async () => {
  database = await createTestDatabase('rebuild');
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

const atHead = () => eventuallyHolds('at the head', () => isAtHead(pool, store));

const never = new AbortController().signal;
const QUICK_RETRIES = { backoffMsMin: 1, backoffMsMax: 20, totalMsMax: Infinity };

const rebuildWith = (parts: Partial<RebuildOptions> = {}): Rebuild =>
  new Rebuild({ store, pool, name: 'points', observer: {}, followsDirectly, ...parts });

const rebuild = (parts: Partial<RebuildOptions> = {}): Promise<RebuildOutcome> =>
  rebuildWith(parts).run({ acceptDifferences: false }, never);

async function projectedLedger(commands: number): Promise<void> {
  await ledger.run(commands);
  const projector = startProjector(pool, store);
  running.push(projector);
  await atHead();
}

const states = async () =>
  (await readCheckpoints(pool, 'points')).map(({ version, state }) => [version, state]);

/** What any reader could see at that moment. */
async function everyStatement(): Promise<unknown> {
  return Promise.all(ledger.userIds.map((userId) => readStatement(pool, userId)));
}

describe('rebuild', () => {
  it('gives the same rows with the same ids, and keeps the old version', async () => {
    await projectedLedger(300);
    const before = await everyStatement();
    expect(await rebuild()).toEqual({ kind: 'switched', from: 1, to: 2 });
    expect(await everyStatement()).toEqual(before);
    expect(await states()).toEqual([
      [1, 'kept'],
      [2, 'live'],
    ]);
  });

  it('switches all names at once', async () => {
    await projectedLedger(60);
    await rebuild();
    const { rows } = await pool.query<{ name: string; on: string }>(
      `select distinct v.relname as name, t.relname as on
       from pg_depend d
       join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
       join pg_class v on v.oid = r.ev_class
       join pg_class t on t.oid = d.refobjid and t.relkind = 'r'
       where v.relnamespace = current_schema()::regnamespace
       order by 1`,
    );
    expect(rows).toEqual([
      { name: 'mjk_point_accounts', on: 'mjk_point_accounts_v2' },
      { name: 'mjk_point_batches', on: 'mjk_point_batches_v2' },
      { name: 'mjk_point_consumptions', on: 'mjk_point_consumptions_v2' },
      { name: 'mjk_point_recharges', on: 'mjk_point_recharges_v2' },
      { name: 'mjk_point_transaction_lines', on: 'mjk_point_transactions_v2' },
      { name: 'mjk_point_transactions', on: 'mjk_point_transactions_v2' },
    ]);
  });

  it('leaves the new version with the indexes of the old one', async () => {
    await projectedLedger(10);
    await rebuild();
    const indexes = async (version: number) =>
      (
        await pool.query<{ indexdef: string }>(
          `select indexdef from pg_indexes
           where schemaname = current_schema() and tablename like '%\\_v${version}' order by 1`,
        )
      ).rows.map(({ indexdef }) => indexdef.replaceAll(`_v${version}`, ''));
    expect(await indexes(2)).toEqual(await indexes(1));
    expect(await indexes(2)).toHaveLength(12);
  });

  it.each([
    ['of rules 1', false],
    ['of rules 2, which go on what rules 1 began,', true],
  ])('lets readers read on while events %s arrive and versions are switched', async (_, isOf2) => {
    await projectedLedger(200);
    if (isOf2) {
      await ledger.adoptRules2();
      await ledger.run(200);
      await atHead();
    }
    const tables = new PostgresReadTables(pool, 'points');
    const faults: string[] = [];
    let done = false;
    const reading = (async () => {
      const [userId] = ledger.userIds;
      let newest = 0;
      let position = '';
      while (!done) {
        const at = await tables.position();
        const [page, account] = [
          await tables.transactions(userId!, { limit: 5 }),
          await tables.account(userId!),
        ];
        if (page.length < 5 || account === null) faults.push('empty');
        if (page[0]!.id < newest) faults.push('rows went back');
        if (at === null || at < position) faults.push('the position went back');
        newest = page[0]!.id;
        position = at ?? '';
      }
    })();
    const writing = (async () => {
      while (!done) {
        // As fast as the projector takes them in: more would only make the rebuild longer, and that more.
        await ledger.run(10);
        await atHead();
      }
    })();
    const outcomes = [];
    try {
      outcomes.push(await rebuild());
      outcomes.push(await rebuildWith().rollBack(never));
    } finally {
      done = true;
      await Promise.all([reading, writing]);
    }
    expect(faults).toEqual([]);
    expect(outcomes).toEqual([
      { kind: 'switched', from: 1, to: 2 },
      { kind: 'switched', from: 2, to: 1 },
    ]);
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });

  it('gives the same debts, prices and recharges, and finds them in every table', async () => {
    await ledger.run(100);
    await ledger.adoptRules2();
    await projectedLedger(300);
    const before = await everyStatement();
    expect(await rebuild()).toEqual({ kind: 'switched', from: 1, to: 2 });
    expect(await everyStatement()).toEqual(before);
    await expectTablesToAgree(pool, ledger);
    const events = (await Promise.all(ledger.userIds.map((user) => ledger.history(user)))).flat();
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set([
        ...['PointsRecharged', 'PointsConsumed', 'ConsumptionExtended', 'ConsumptionSettled'],
        ...['PointsRefunded', 'PointsExpired', 'RechargeReversed', 'RechargeReinstated'],
        ...['DebtCollected', 'DebtForgiven', 'CommandRefused'],
      ]),
    );
  });

  it('leaves both versions to the projector after the switch', async () => {
    await projectedLedger(50);
    await rebuild();
    await ledger.run(50);
    await atHead();
    await expectTablesToAgree(pool, ledger);
    const head = await store.head();
    await eventuallyHolds('both versions are at the head', async () =>
      (await readCheckpoints(pool, 'points')).every(({ position }) => position === head),
    );
  });

  it('runs without a projector', async () => {
    await projectedLedger(50);
    await running.pop()!.stop();
    expect(await rebuild()).toMatchObject({ kind: 'switched' });
    await expectTablesToAgree(pool, ledger);
  });

  it('runs on empty tables', async () => {
    expect(await rebuild()).toMatchObject({ kind: 'switched' });
    await projectedLedger(20);
    await expectTablesToAgree(pool, ledger);
  });

  it('does not overtake the live version when that is behind the store', async () => {
    await projectedLedger(50);
    await running.pop()!.stop();
    const seen = await new PostgresReadTables(pool, 'points').position();
    await ledger.run(50);
    expect(await rebuild()).toMatchObject({ kind: 'switched' });
    expect(await new PostgresReadTables(pool, 'points').position()).toBe(seen);
    running.push(startProjector(pool, store));
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });

  it('reports its progress', async () => {
    const reported: Progress[] = [];
    await projectedLedger(100);
    await rebuild({ observer: { progressed: (progress) => reported.push(progress) } });
    const [live] = await readCheckpoints(pool, 'points');
    expect(reported.at(-1)).toMatchObject({
      version: 2,
      events: live!.eventCount,
      total: live!.eventCount,
    });
    expect(reported.at(-1)!.eventsPerSecond).toBeGreaterThan(0);
  });

  it('stays within its limit of events per second', async () => {
    await projectedLedger(100);
    const [live] = await readCheckpoints(pool, 'points');
    const begin = performance.now();
    await rebuild({ eventsPerSecondMax: live!.eventCount * 2 });
    expect(performance.now() - begin).toBeGreaterThanOrEqual(490);
  });

  it('is refused while another one runs, and while an old version is kept', async () => {
    await projectedLedger(20);
    let second: Promise<RebuildOutcome> | undefined;
    await rebuild({ observer: { stepCompleted: () => void (second ??= rebuild()) } });
    expect(await second).toEqual({ kind: 'busy' });
    expect(await rebuild()).toEqual({ kind: 'kept', live: 2, kept: 1 });
  });
});

describe('a rebuild that crashes', () => {
  const steps: readonly RebuildStep[] = ['created', 'filled', 'indexed', 'compared'];

  it.each(steps)('is resumed by the same command after the step "%s"', async (step) => {
    await projectedLedger(120);
    const before = await everyStatement();
    const crashing = rebuild({
      observer: {
        stepCompleted: (reached) => {
          if (reached === step) throw new Error('crashed');
        },
      },
    });
    await expect(crashing).rejects.toThrow('crashed');
    expect(await everyStatement()).toEqual(before);
    await ledger.run(30);
    await atHead();
    expect(await rebuild()).toEqual({ kind: 'switched', from: 1, to: 2 });
    await expectTablesToAgree(pool, ledger);
  });

  it('is resumed after its last transaction', async () => {
    await projectedLedger(300);
    let transactions = 0;
    const crashing = rebuild({
      transactionEventsMax: 20,
      observer: {
        progressed: () => {
          transactions += 1;
          if (transactions === 3) throw new Error('crashed');
        },
      },
    });
    await expect(crashing).rejects.toThrow('crashed');
    const [live, building] = await readCheckpoints(pool, 'points');
    expect(building!.eventCount).toBeGreaterThanOrEqual(60);
    expect(building!.eventCount).toBeLessThan(live!.eventCount);
    let first: Progress | undefined;
    await rebuild({
      transactionEventsMax: 20,
      observer: { progressed: (progress) => (first ??= progress) },
    });
    expect(first!.events).toBe(building!.eventCount + 20);
    await expectTablesToAgree(pool, ledger);
  });

  it('is resumed after its connections were cut', async () => {
    await projectedLedger(200);
    const cut = rebuild({ transactionEventsMax: 10, eventsPerSecondMax: 500 });
    let failed = false;
    cut.catch(() => (failed = true));
    // A cut between two transactions is healed by the pool: only one in the middle of one counts.
    await eventuallyHolds('the rebuild fails', async () => {
      await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and backend_type = 'client backend'
           and state <> 'idle' and pid <> pg_backend_pid()`,
      );
      return failed;
    });
    expect(await rebuild()).toMatchObject({ to: 2 });
    await expectTablesToAgree(pool, ledger);
  });

  it('has nothing left to do after the switch', async () => {
    await projectedLedger(50);
    const crashing = rebuild({
      observer: {
        stepCompleted: (step) => {
          if (step === 'switched') throw new Error('crashed');
        },
      },
    });
    await expect(crashing).rejects.toThrow('crashed');
    expect(await rebuild()).toEqual({ kind: 'kept', live: 2, kept: 1 });
    await expectTablesToAgree(pool, ledger);
  });

  it('has switched nothing in the middle of the switch', async () => {
    await projectedLedger(50);
    const client = await pool.connect();
    // The last of the names can't be switched.
    await client.query('begin');
    await client.query('lock table mjk_point_consumptions in access share mode');
    const stuck = rebuild({
      switchLimits: { lockWaitMsMax: 100, attemptsMax: 1, ...QUICK_RETRIES },
    });
    await expect(stuck).rejects.toMatchObject({ code: '55P03' });
    await client.query('rollback');
    client.release();
    expect(await states()).toEqual([
      [1, 'live'],
      [2, 'building'],
    ]);
    await ledger.run(10);
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });
});

describe('a switch that is blocked by a reader', () => {
  it('waits no longer than its limit, lets readers through, and is retried', async () => {
    await projectedLedger(50);
    const long = await pool.connect();
    await long.query('begin');
    await long.query('select count(*) from mjk_point_transactions');
    const waits: number[] = [];
    const switching = rebuild({
      switchLimits: { lockWaitMsMax: 50, attemptsMax: 100, ...QUICK_RETRIES },
      observer: { switchBlocked: (tries) => waits.push(tries) },
    });
    await eventuallyHolds('it has tried three times', () => waits.length >= 3);
    expect(await everyStatement()).toHaveLength(ledger.users);
    await long.query('commit');
    long.release();
    expect(await switching).toMatchObject({ kind: 'switched' });
  });
});

describe('a rebuild that differs', () => {
  /** As if the handler had been another one when version 1 was made. */
  const changeOldRow = (): Promise<unknown> =>
    pool.query(`update mjk_point_transactions set description = 'as it was' where id = 7`);

  it('is not switched to, and names the table and the accounts', async () => {
    await projectedLedger(60);
    await changeOldRow();
    const before = await everyStatement();
    const differs = await rebuild();
    expect(differs).toMatchObject({
      kind: 'differs',
      version: 2,
      differences: [{ table: 'mjk_point_transactions', accounts: 1 }],
    });
    expect(await everyStatement()).toEqual(before);
    expect(await states()).toEqual([
      [1, 'live'],
      [2, 'building'],
    ]);
  });

  it.each([
    ['a missing row', `delete from mjk_point_transactions_v1 where id = 3`, 'transactions'],
    ['a balance', `update mjk_point_accounts set balance = balance + 1`, 'accounts'],
    ['a batch', `update mjk_point_batches set points = points + 1`, 'batches'],
    ['a consumption', `update mjk_point_consumptions set status = 'open'`, 'consumptions'],
    ['a debt', `update mjk_point_accounts set owed = owed + 1`, 'accounts'],
    ['a price', `update mjk_point_consumptions set price = '{}'`, 'consumptions'],
    ['a recharge', `update mjk_point_recharges set reversed = 1`, 'recharges'],
    ['a missing recharge', `delete from mjk_point_recharges`, 'recharges'],
  ])('is found by %s', async (_, sql, table) => {
    await projectedLedger(60);
    await pool.query(sql);
    expect(await rebuild()).toMatchObject({
      kind: 'differs',
      differences: [{ table: `mjk_point_${table}` }],
    });
  });

  it('is built beside one that an earlier release wrote in part', async () => {
    await projectedLedger(60);
    await pool.query(`
      update mjk_point_checkpoints set has_all_recharges = false;
      delete from mjk_point_recharges_v1 where revision = 0;
      update mjk_point_consumptions_v1 set charged = null`);
    expect(await rebuild()).toMatchObject({ kind: 'switched', from: 1, to: 2 });
    const { rows } = await pool.query(
      `select count(*) filter (where r.revision is null)::integer as missing
       from mjk_point_transaction_lines t
       left join mjk_point_recharges r using (user_id, revision) where t.type = 'recharge'`,
    );
    expect(rows).toEqual([{ missing: 0 }]);
  });

  it('is switched to when the differences are accepted, and can be rolled back', async () => {
    await projectedLedger(60);
    await changeOldRow();
    const before = await everyStatement();
    expect(await rebuildWith().run({ acceptDifferences: true }, never)).toMatchObject({
      kind: 'switched',
    });
    await expectTablesToAgree(pool, ledger);
    expect(await rebuildWith().rollBack(never)).toEqual({ kind: 'switched', from: 2, to: 1 });
    expect(await everyStatement()).toEqual(before);
  });
});

describe('a version that is kept', () => {
  it('is up to date when it becomes live again', async () => {
    await projectedLedger(50);
    await rebuild();
    await ledger.run(100);
    await atHead();
    expect(await rebuildWith().rollBack(never)).toEqual({ kind: 'switched', from: 2, to: 1 });
    expect(await isAtHead(pool, store)).toBe(true);
    await expectTablesToAgree(pool, ledger);
    await ledger.run(20);
    await atHead();
    await expectTablesToAgree(pool, ledger);
  });

  it('parks accounts by itself when its rows are wrong, and the live version does not', async () => {
    const parked: (readonly [number, string])[] = [];
    await ledger.run(50);
    const observer = {
      parked: (version: number, { userId }: NewParkedAccount) =>
        void parked.push([version, userId]),
    };
    running.push(startProjector(pool, store, observer));
    await atHead();
    await rebuild();
    await pool.query('delete from mjk_point_accounts_v1 where user_id = $1', [userNo(2)]);
    await ledger.run(20);
    await eventuallyHolds('the account is parked', () => parked.length > 0);
    await ledger.run(20);
    await atHead();
    expect(parked).toEqual([[1, userNo(2)]]);
    await expectTablesToAgree(pool, ledger);
  });

  it('stops by itself when all its rows are wrong, and the live version does not', async () => {
    const poisons: (readonly [number, string])[] = [];
    ledger = new TestLedger(store, 25);
    await ledger.run(50);
    const observer = {
      poisoned: (version: number, { name }: Error) => void poisons.push([version, name]),
    };
    running.push(startProjector(pool, store, observer));
    await atHead();
    await rebuild();
    await pool.query('delete from mjk_point_accounts_v1');
    await ledger.run(75);
    await eventuallyHolds('it stops', () => poisons.length > 0);
    await ledger.run(20);
    await atHead();
    expect(poisons).toEqual([[1, 'TooManyParked']]);
    await expectTablesToAgree(pool, ledger);
    await expect(rebuildWith().rollBack(never)).rejects.toMatchObject({ name: 'TooManyParked' });
    await expectTablesToAgree(pool, ledger);
  });

  it('cannot be rolled back to once it is dropped', async () => {
    await projectedLedger(50);
    await rebuild();
    expect(await rebuildWith().drop('kept')).toEqual({ kind: 'dropped', version: 1 });
    expect(await states()).toEqual([[2, 'live']]);
    const { rowCount } = await pool.query(
      `select 1 from pg_tables where schemaname = current_schema() and tablename like '%\\_v1'`,
    );
    expect(rowCount).toBe(0);
    expect(await rebuildWith().rollBack(never)).toEqual({ kind: 'nothing' });
    expect(await rebuildWith().drop('kept')).toEqual({ kind: 'nothing' });
    await ledger.run(20);
    await atHead();
    await expectTablesToAgree(pool, ledger);
    expect(await rebuild()).toEqual({ kind: 'switched', from: 2, to: 3 });
  });

  it('may be dropped before it is finished', async () => {
    await projectedLedger(20);
    await pool.query(`update mjk_point_accounts set balance = balance + 1`);
    await rebuild();
    expect(await rebuildWith().drop('building')).toEqual({ kind: 'dropped', version: 2 });
    expect(await states()).toEqual([[1, 'live']]);
  });
});
