import type { Pool } from 'pg';
import { createTestDatabase, eventuallyHolds, type TestDatabase } from '#testing';

import { isDenseSuccessor, type OpenReadTables } from './testing/open-tables.js';
import { parkingContract } from './parking.contract.js';
import { readTablesContract } from './read-tables.contract.js';
import { inBatches, positionOf, inStoreOrder, vectorUsers } from './testing/vectors.js';
import { takeOverContract } from './take-over.contract.js';
import { tableWriterContract } from './table-writer.contract.js';
import { PostgresReadTables } from './queries/postgres-read-tables.js';
import { PostgresTableWriter } from './writer/postgres-table-writer.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase('read_tables');
});

afterAll(() => database.drop());

const open: OpenReadTables = async (followsDirectly) => {
  const pool = await database.migratedPool();
  return {
    tables: new PostgresReadTables(pool, 'points'),
    writer: new PostgresTableWriter(pool, { name: 'points', version: 1, followsDirectly }),
  };
};

describe('PostgresReadTables', () => {
  tableWriterContract(open);
  parkingContract(open);
  readTablesContract(open);
  takeOverContract(open);
});

describe('PostgresTableWriter', () => {
  const events = inStoreOrder(vectorUsers()).slice(0, 60);

  async function fed(eventsMax: number, pool?: Pool) {
    pool ??= await database.migratedPool();
    const options = { name: 'points', version: 1, followsDirectly: isDenseSuccessor, eventsMax };
    const writer = new PostgresTableWriter(pool, options);
    const batches = inBatches(events, 7);
    const writings = batches.map((batch, index) =>
      writer.write(batches[index - 1]?.next ?? null, batch),
    );
    return { pool, writer, writings };
  }

  /** Events that became rows, by the transaction that wrote them. */
  const eventsOfTransactions = async (pool: Pool): Promise<number[]> => {
    const { rows } = await pool.query<{ count: number }>(
      `select count(distinct (user_id, revision))::int as count
       from mjk_point_transactions_v1 group by xmin::text`,
    );
    return rows.map(({ count }) => count);
  };

  it('writes batches together that arrive during another transaction', async () => {
    const pool = await database.migratedPool();
    const writer = new PostgresTableWriter(pool, { name: 'points', version: 1 });
    const [first, ...others] = inBatches(events, 7);
    const client = await pool.connect();
    await client.query('begin; select 1 from mjk_point_checkpoints for update');
    const writings = [writer.write(null, first!)];
    await eventuallyHolds('it is being sent', async () => {
      const { rowCount } = await pool.query(
        `select 1 from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    let after = first!.next;
    for (const batch of others) {
      writings.push(writer.write(after, batch));
      after = batch.next;
    }
    await client.query('rollback');
    client.release();
    await Promise.all(writings);
    expect(await eventsOfTransactions(pool)).toHaveLength(2);
  });

  it('keeps transactions within their limit', async () => {
    const { pool, writings } = await fed(20);
    await Promise.all(writings);
    expect(Math.max(...(await eventsOfTransactions(pool)))).toBeLessThanOrEqual(14);
  });

  it('does not try the batches that wait behind a failed one', async () => {
    const pool = await database.migratedPool();
    let connects = 0;
    const broken = Object.assign(Object.create(pool) as Pool, {
      connect: () => {
        connects += 1;
        return Promise.reject(new Error('no server'));
      },
    });
    const { writings } = await fed(20, broken);
    const answers = await Promise.allSettled(writings);
    expect(answers[0]).toMatchObject({ status: 'rejected', reason: { message: 'no server' } });
    expect(connects).toBe(1);
  });

  it('has no capacity left when many empty batches wait', async () => {
    const pool = await database.migratedPool();
    const writer = new PostgresTableWriter(pool, { name: 'points', version: 1, eventsMax: 5 });
    const writings = [1, 2, 3, 4, 5, 6].map((place) =>
      writer.write(place === 1 ? null : positionOf(place - 1), {
        events: [],
        next: positionOf(place),
      }),
    );
    let hasCapacity = false;
    const waiting = writer.waitForCapacity().then(() => (hasCapacity = true));
    await Promise.resolve();
    expect(hasCapacity).toBe(false);
    await Promise.all([...writings, waiting]);
  });

  it('has capacity again when the waiting batches are taken up', async () => {
    const { writer, writings } = await fed(10);
    let hasCapacity = false;
    const waiting = writer.waitForCapacity().then(() => (hasCapacity = true));
    await Promise.resolve();
    expect(hasCapacity).toBe(false);
    await Promise.all(writings);
    await waiting;
    await writer.waitForCapacity();
  });
});

describe('PostgresTableWriter on connections that take several statements at once', () => {
  tableWriterContract(async (followsDirectly) => {
    const read = await database.migratedPool();
    const pool = database.beside(read, { pipeline: true });
    return {
      tables: new PostgresReadTables(read, 'points'),
      writer: new PostgresTableWriter(pool, { name: 'points', version: 1, followsDirectly }),
    };
  });
});
