import {
  bool,
  float8,
  int2,
  int4,
  int8,
  text,
  uuid,
  copyColumn,
  type CopyColumn,
} from '#bytes/postgres';
import type { Pool, PoolClient } from 'pg';

import { TcpProxy, createTestDatabase, type TestDatabase } from '#testing';

import { copyRowsInto } from './copy-rows.js';
import { runPipelined } from '../run-queries.js';
import { inTransaction } from '../../postgres/transaction.js';
import { timestamptz } from '../../schema/time-type.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase('copy_in');
});

afterAll(() => database.drop());

interface Row {
  readonly small: number | null;
  readonly whole: number | null;
  readonly big: number | null;
  readonly part: number | null;
  readonly flag: boolean | null;
  readonly name: string | null;
  readonly time: string | null;
  readonly id: string;
}

const COLUMNS: readonly CopyColumn<Row>[] = [
  copyColumn('small', int2, (row) => row.small),
  copyColumn('whole', int4, (row) => row.whole),
  copyColumn('big', int8, (row) => row.big),
  copyColumn('part', float8, (row) => row.part),
  copyColumn('flag', bool, (row) => row.flag),
  copyColumn('name', text, (row) => row.name),
  copyColumn('time', timestamptz, (row) => row.time),
  copyColumn('id', uuid, (row) => row.id),
];

const TABLE = `create table copies (small smallint, whole integer, big bigint,
  part double precision, flag boolean, name varchar(12), time timestamptz, id uuid primary key)`;

const NULLS = { small: null, whole: null, big: null, part: null, flag: null, name: null };
const EMPTY: Row = { ...NULLS, time: null, id: '00000000-0000-4000-8000-000000000001' };
const FULL: Row = {
  small: -32_768,
  whole: 2_147_483_647,
  big: -Number.MAX_SAFE_INTEGER,
  part: 12.5,
  flag: true,
  name: '【配音合成】 🎧',
  time: '1999-12-31T23:59:59.999Z',
  id: 'ffffffff-ffff-4fff-bfff-fffffffffffF',
};
const CHINESE: Row = {
  ...FULL,
  name: '【脚本生成】',
  id: '00000000-0000-4000-8000-000000000003',
};
const LATIN: Row = { ...FULL, name: '【é】', id: '00000000-0000-4000-8000-000000000004' };
const PLAIN: Row = { ...FULL, name: 'NULL\\N,"x"\t', id: '00000000-0000-4000-8000-000000000002' };

describe.each([{ pipeline: false }, { pipeline: true }])(
  'rows that are copied into a table, on a connection with %j',
  (options) => {
    let pool: Pool;
    let client: PoolClient;

    beforeEach(async () => {
      pool = database.beside(await database.emptyPool(), options);
      client = await pool.connect();
      await client.query(TABLE);
    });

    afterEach(async () => {
      client.release();
      await database.endPools();
    });

    const copy = (...rows: Row[]): Promise<unknown> =>
      runPipelined(client, client.query('select 1'), [copyRowsInto('copies', COLUMNS, rows)]);

    it('are stored exactly', async () => {
      await copy(FULL, EMPTY, PLAIN, CHINESE, LATIN);
      const { rows } = await client.query<Record<string, unknown>>(
        'select * from copies order by id',
      );
      const read = rows.map((row) => ({
        ...row,
        big: row['big'] === null ? null : Number(row['big']),
        time: row['time'] instanceof Date ? row['time'].toISOString() : null,
      }));
      expect(read).toEqual([EMPTY, PLAIN, CHINESE, LATIN, { ...FULL, id: FULL.id.toLowerCase() }]);
    });

    it('are all refused when one is, with the reason of the server', async () => {
      await expect(copy(FULL, EMPTY, EMPTY)).rejects.toThrow('duplicate key');
      await expect(copy({ ...FULL, name: 'longer than twelve' })).rejects.toThrow('too long');
      await copy(PLAIN);
      const { rows } = await client.query<{ count: string }>('select count(*) from copies');
      expect(rows).toEqual([{ count: '1' }]);
    });

    it('are not written in a transaction that failed before', async () => {
      await client.query('begin');
      await expect(client.query('select 1 / 0')).rejects.toThrow('division by zero');
      await expect(copy(FULL)).rejects.toThrow('current transaction is aborted');
      await client.query('rollback');
      await copy(FULL);
    });

    it('leave nothing behind when the connection is lost in the middle', async () => {
      const { connectionString = '' } = pool.options;
      const proxy = await TcpProxy.to(Number(new URL(connectionString).port));
      const cut = database.beside(pool, { connectionString: proxy.through(connectionString) });
      const rows = Array.from({ length: 2_000 }, (_, n) => ({
        ...FULL,
        id: `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`,
      }));
      const copying = (): Promise<unknown> =>
        inTransaction(cut, (one) =>
          runPipelined(one, one.query('select 1'), [copyRowsInto('copies', COLUMNS, rows)]),
        );
      const done = proxy.cutNext('half-request', (request) => request.includes('copy copies'));
      await expect(copying()).rejects.toThrow(/ECONNRESET|terminated/);
      await done;
      const count = 'select count(*)::integer as count from copies';
      expect((await client.query(count)).rows).toEqual([{ count: 0 }]);
      await copying();
      expect((await client.query(count)).rows).toEqual([{ count: rows.length }]);
      await proxy.close();
    });

    it('are refused before they are sent when a number does not fit', async () => {
      expect(() => copyRowsInto('copies', COLUMNS, [{ ...FULL, small: 32_768 }])).toThrow(
        '16 bits',
      );
      expect(() => copyRowsInto('copies', COLUMNS, [{ ...FULL, whole: 2 ** 31 }])).toThrow(
        '32 bits',
      );
      expect(() => copyRowsInto('copies', COLUMNS, [{ ...FULL, big: 2 ** 53 }])).toThrow('safe');
      await copy(FULL);
    });
  },
);
