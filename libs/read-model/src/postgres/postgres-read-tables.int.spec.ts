import { jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#testing';

import type { Open } from '../open-tables.suite.js';
import { answersWhatIsRead } from '../reading.suite.js';
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
