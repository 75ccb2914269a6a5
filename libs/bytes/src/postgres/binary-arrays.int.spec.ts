import pg from 'pg';
import {
  byteaArray,
  int4Array,
  int8Array,
  textArray,
  uuidArray,
  arrayOf,
} from './binary-arrays.js';
import { float8, timestamptz } from './binary-types.js';

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: process.env['TEST_PG_URL'] });
  await client.connect();
});
afterAll(() => client.end());

const itself = <T>(value: T): T => value;

/** The elements of the array as the server understands them. */
async function received<T>(type: string, array: Buffer): Promise<(T | null)[]> {
  const { rows } = await client.query<{ value: T | null }>(
    `select value from unnest($1::${type}[]) with ordinality as u (value, n) order by n`,
    [array],
  );
  return rows.map(({ value }) => value);
}

const TEXTS = [
  '',
  'a',
  '积分',
  '【配音合成】 🎧',
  '👩‍🚀',
  'é',
  '"quoted", {braced} and \\',
  'NULL',
  'x'.repeat(48),
  '积'.repeat(49),
  'x'.repeat(100_000),
];

describe('an array in binary form', () => {
  it('keeps texts of every length and script', async () => {
    expect(await received('text', textArray(TEXTS, itself))).toEqual(TEXTS);
  });

  it('keeps integers of 32 and 64 bits up to their limits', async () => {
    const int4s = [1, 0, -1, 2 ** 31 - 1, -(2 ** 31)];
    expect(await received('int4', int4Array(int4s, itself))).toEqual(int4s);
    const int8s = [-1, 0, 1, -4_294_967_297, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    expect(await received('int8', int8Array(int8s, itself))).toEqual(int8s.map(String));
  });

  it('keeps floating-point numbers', async () => {
    const numbers = [0, 12.5, 1e7, -1e-300];
    expect(await received('float8', arrayOf(float8)(numbers, itself))).toEqual(numbers);
  });

  it('keeps UUIDs and bytes', async () => {
    const uuids = ['6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60', '00000000-0000-0000-0000-000000000000'];
    expect(await received('uuid', uuidArray(uuids, itself))).toEqual(uuids);
    const hashes = [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(0)];
    expect(await received('bytea', byteaArray(hashes, itself))).toEqual(
      hashes.map((hash) => Buffer.from(hash)),
    );
  });

  it('keeps times to the millisecond, from the first year to the last', async () => {
    const times = [
      '0001-01-01T00:00:00.000Z',
      '0099-12-31T23:59:59.999Z',
      '1999-12-31T23:59:59.999Z',
      '2000-01-01T00:00:00.000Z',
      '2031-06-01T12:00:00.123Z',
      '2285-06-04T23:47:34.740Z',
      '2285-06-04T23:47:34.741Z',
      '9999-12-31T23:59:59.999Z',
    ];
    const array = arrayOf(timestamptz)(times, (time) => Date.parse(time));
    const read = await received<Date>('timestamptz', array);
    expect(read.map((time) => time?.toISOString())).toEqual(times);
  });

  it('keeps nulls, and an array without elements', async () => {
    expect(await received('int8', int8Array([1, null], itself))).toEqual(['1', null]);
    expect(await received('text', textArray([null, ''], itself))).toEqual([null, '']);
    expect(await received('text', textArray([], itself))).toEqual([]);
  });

  it('takes its values out of rows', async () => {
    const rows = [{ points: 3 }, { points: 5 }];
    expect(
      await received(
        'int4',
        int4Array(rows, ({ points }) => points),
      ),
    ).toEqual([3, 5]);
  });
});
