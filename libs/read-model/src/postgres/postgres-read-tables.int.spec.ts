import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import { createTestDatabase, type TestDatabase } from '#testing';

import { densely, type Open } from '../open-tables.suite.js';
import { answersWhatIsRead } from '../reading.suite.js';
import { inBatches, storeOrder, vectorUsers } from '../vectors.suite.js';
import { carriesEventsIntoTheTables } from '../writing.suite.js';
import { PostgresReadTables } from './postgres-read-tables.js';
import { PostgresTableWriter } from './postgres-table-writer.js';

// A loaded machine takes its time.
jest.setTimeout(60_000);

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase('read_tables');
});

afterAll(() => database.drop());

const open: Open = async (followsDirectly) => {
  const pool = await database.migratedPool();
  return {
    tables: new PostgresReadTables(pool, 'points'),
    writer: new PostgresTableWriter(pool, { name: 'points', version: 1, followsDirectly }),
  };
};

describe('PostgresReadTables', () => {
  carriesEventsIntoTheTables(open);
  answersWhatIsRead(open);
});

describe('PostgresTableWriter', () => {
  const events = storeOrder(vectorUsers()).slice(0, 60);

  async function fed(eventsMax: number) {
    const pool = await database.migratedPool();
    const options = { name: 'points', version: 1, followsDirectly: densely, eventsMax };
    const writer = new PostgresTableWriter(pool, options);
    const batches = inBatches(events, 5);
    const writings = batches.map(({ next }, index) =>
      writer.write(index === 0 ? null : batches[index - 1]!.next, batches[index]!).then(() => next),
    );
    return { pool, writer, writings };
  }

  const transactions = async (pool: Pool): Promise<number> => {
    const { rows } = await pool.query<{ count: number }>(
      'select count(distinct xmin::text)::int as count from mjk_point_transactions_v1',
    );
    return rows[0]!.count;
  };

  it('writes together what waits while another transaction is under way', async () => {
    const { pool, writings } = await fed(1_000);
    await Promise.all(writings);
    expect(await transactions(pool)).toBeLessThan(writings.length / 2);
  });

  it('makes no transaction larger than it may be', async () => {
    const { pool, writings } = await fed(10);
    await Promise.all(writings);
    expect(await transactions(pool)).toBeGreaterThanOrEqual(events.length / 10);
  });

  it('has room again once what waited was taken up', async () => {
    const { writer, writings } = await fed(10);
    let hasRoom = false;
    const room = writer.room().then(() => (hasRoom = true));
    await Promise.resolve();
    expect(hasRoom).toBe(false);
    await Promise.all(writings);
    await room;
    await writer.room();
  });
});

describe('PostgresTableWriter on connections that take several statements at once', () => {
  carriesEventsIntoTheTables(async (followsDirectly) => {
    const read = await database.migratedPool();
    const pool = database.beside(read, { pipeline: true });
    return {
      tables: new PostgresReadTables(read, 'points'),
      writer: new PostgresTableWriter(pool, { name: 'points', version: 1, followsDirectly }),
    };
  });
});
