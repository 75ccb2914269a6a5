import type { Pool } from 'pg';

import { createTestDatabase, eventuallyHolds, type TestDatabase } from '#testing';

import { AdvisoryLock } from './advisory-lock.js';
import { inTransaction } from './transaction.js';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase('transactions');
});

beforeEach(async () => {
  pool = await database.emptyPool();
  await pool.query('create table numbers (n integer primary key)');
});

afterEach(() => database.endPools());
afterAll(() => database.drop());

const numbers = async (): Promise<number[]> =>
  (await pool.query<{ n: number }>('select n from numbers order by n')).rows.map(({ n }) => n);

describe('a transaction', () => {
  it('is committed with the result of the work', async () => {
    const result = await inTransaction(pool, async (client) => {
      await client.query('insert into numbers values (1), (2)');
      return 'done';
    });
    expect([result, await numbers()]).toEqual(['done', [1, 2]]);
  });

  it('is rolled back when the work fails, and its connection can be used again', async () => {
    await expect(
      inTransaction(pool, async (client) => {
        await client.query('insert into numbers values (1)');
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await expect(
      inTransaction(pool, (client) => client.query('insert into numbers values (1), (1)')),
    ).rejects.toMatchObject({ code: '23505' });
    expect(await numbers()).toEqual([]);
    expect(pool.totalCount).toBe(1);
  });

  it('does not return a connection to the pool that was lost', async () => {
    await expect(
      inTransaction(pool, (client) =>
        client.query('select pg_terminate_backend(pg_backend_pid())'),
      ),
    ).rejects.toThrow(/terminat/);
    expect(pool.totalCount).toBe(0);
    await inTransaction(pool, (client) => client.query('insert into numbers values (3)'));
    expect(await numbers()).toEqual([3]);
  });

  it('sees one moment when it is a snapshot, and cannot write', async () => {
    await inTransaction(
      pool,
      async (client) => {
        const count = async () => (await client.query('select 1 from numbers')).rowCount;
        expect(await count()).toBe(0);
        await pool.query('insert into numbers values (7)');
        expect(await count()).toBe(0);
      },
      'snapshot',
    );
    await expect(
      inTransaction(pool, (client) => client.query('insert into numbers values (8)'), 'loading'),
    ).rejects.toMatchObject({ code: '25006' });
  });

  it('does not wait for the disk when it writes rows', async () => {
    const setting = await inTransaction(
      pool,
      async (client) => (await client.query<object>('show synchronous_commit')).rows,
      'writing',
    );
    expect(setting).toEqual([{ synchronous_commit: 'off' }]);
    expect((await pool.query('show synchronous_commit')).rows).toEqual([
      { synchronous_commit: 'on' },
    ]);
  });
});

describe('an advisory lock', () => {
  it('is held by one session at a time, by name', async () => {
    const lock = await AdvisoryLock.tryAcquire(pool, 'projector');
    expect(lock).not.toBeNull();
    expect(await AdvisoryLock.tryAcquire(pool, 'projector')).toBeNull();
    const other = await AdvisoryLock.tryAcquire(pool, 'rebuild');
    expect(other).not.toBeNull();
    await lock?.release();
    const next = await AdvisoryLock.tryAcquire(pool, 'projector');
    expect(next).not.toBeNull();
    await Promise.all([next?.release(), other?.release()]);
  });

  it('is not shared with another schema', async () => {
    const lock = await AdvisoryLock.tryAcquire(pool, 'projector');
    const elsewhere = await AdvisoryLock.tryAcquire(await database.emptyPool(), 'projector');
    expect([lock, elsewhere]).not.toContain(null);
    await Promise.all([lock?.release(), elsewhere?.release()]);
  });

  it('is lost with its connection, and says so', async () => {
    const lock = (await AdvisoryLock.tryAcquire(pool, 'projector'))!;
    const lost = new Promise<void>((resolve) => {
      lock.lost.addEventListener('abort', () => resolve());
    });
    await pool.query(
      `select pg_terminate_backend(pid) from pg_locks
       where locktype = 'advisory' and database = (
         select oid from pg_database where datname = current_database())`,
    );
    await lost;
    await lock.release();
    // The server tells the client of the end before the backend has given back its locks.
    await eventuallyHolds('the lock is free', async () => {
      const next = await AdvisoryLock.tryAcquire(pool, 'projector');
      await next?.release();
      return next !== null;
    });
  });
});
