import fc from 'fast-check';
import type { Pool } from 'pg';

import { arrayOf, copyColumn } from '#bytes/postgres';
import { createTestDatabase, type TestDatabase } from '#testing';

import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  SMALLINT,
  TEXT,
  TIMESTAMP,
  UUID,
  jsonObject,
  type ColumnType,
} from '../../schema/column-types.js';
import { inTransaction } from '../../postgres/transaction.js';
import { runPipelined } from '../run-queries.js';
import type { WriteQuery } from './write-query.js';
import { copyRowsInto } from './copy-rows.js';
import { insertByArrays } from './insert-by-arrays.js';

interface Row {
  readonly flag: boolean | null;
  readonly small: number | null;
  readonly whole: number | null;
  readonly big: number | null;
  readonly part: number | null;
  readonly id: string | null;
  readonly words: string | null;
  readonly at: string | null;
  readonly json: object | null;
}

/** Every type of the read tables. */
const TYPES: { readonly [K in keyof Row]: ColumnType<NonNullable<Row[K]>> } = {
  flag: BOOLEAN,
  small: SMALLINT,
  whole: INTEGER,
  big: BIGINT,
  part: DOUBLE,
  id: UUID,
  words: TEXT,
  at: TIMESTAMP,
  json: jsonObject(),
};

const NAMES = Object.keys(TYPES) as (keyof Row)[];

const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    flag: fc.option(fc.boolean()),
    small: fc.option(fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 })),
    whole: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    big: fc.option(fc.maxSafeInteger()),
    part: fc.option(fc.double({ noNaN: true })),
    id: fc.option(fc.uuid()),
    words: fc.option(fc.string({ unit: 'grapheme', maxLength: 80 }).filter(isStorable)),
    at: fc.option(
      fc
        .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString()),
    ),
    json: fc.option(
      fc.record({ a: fc.string({ unit: 'grapheme' }).filter(isStorable), b: fc.integer() }),
    ),
  }),
  { maxLength: 40 },
);

/** Postgres stores no zero character. */
function isStorable(text: string): boolean {
  return !text.includes('\0');
}

const byCopy = (all: readonly Row[]): WriteQuery =>
  copyRowsInto(
    'by_copy',
    NAMES.map((name) =>
      copyColumn<Row, never>(name, TYPES[name].binary as never, (row) => row[name] as never),
    ),
    all,
  );

const byArrays = (all: readonly Row[]): WriteQuery =>
  insertByArrays(
    'by_arrays',
    NAMES.map((name) => ({
      name,
      type: TYPES[name].name,
      encode: (some: readonly Row[]) =>
        arrayOf<never>(TYPES[name].binary as never)(some, (row) => row[name] as never),
    })),
    all,
  );

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase('copy_agrees');
});

afterAll(() => database.drop());

describe.each([{ pipeline: false }, { pipeline: true }])(
  'a COPY on a connection with %j',
  (options) => {
    let pool: Pool;

    beforeAll(async () => {
      pool = database.beside(await database.emptyPool(), options);
      const columns = NAMES.map((name) => `${name} ${TYPES[name].declaration}`).join(', ');
      await pool.query(`create table by_copy (${columns})`);
      await pool.query(`create table by_arrays (${columns})`);
    });

    it('stores any rows as an insert of arrays does', async () => {
      await fc.assert(
        fc.asyncProperty(rows, async (all) => {
          await pool.query('truncate by_copy');
          await pool.query('truncate by_arrays');
          await inTransaction(pool, (client) =>
            runPipelined(client, Promise.resolve(), [byCopy(all), byArrays(all)]),
          );
          const { rows: counts } = await pool.query(
            `select (select count(*)::int from by_copy) as copied,
               (select count(*)::int from by_arrays) as inserted,
               (select count(*)::int from (
                 (table by_copy except all table by_arrays)
                 union all (table by_arrays except all table by_copy)) d) as different`,
          );
          expect(counts).toEqual([{ copied: all.length, inserted: all.length, different: 0 }]);
        }),
        { numRuns: 60 },
      );
    });
  },
);
