import { arrayOf, float8, int4Array, int8Array, textArray, uuidArray } from '#bytes/postgres';
import type { Pool } from 'pg';

import { createTestDatabase, type TestDatabase } from '#testing';
import { bigintText } from './bigint-text.js';
import { timestamptz } from './time-type.js';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase('arrays');
  pool = await database.emptyPool();
});

afterAll(() => database.drop());

/** What the server takes it for, as text. */
async function received(type: string, array: Buffer): Promise<(string | null)[]> {
  const { rows } = await pool.query<{ value: string | null }>(
    `select value::text as value from unnest($1::${type}[]) with ordinality as u (value, n)
     order by n`,
    [array],
  );
  return rows.map(({ value }) => value);
}

const timeArray = arrayOf(timestamptz);
const itself = <T>(value: T): T => value;

describe('an array that is sent to the server', () => {
  it.each([
    ['integer', int4Array([0, -1, null, 2_147_483_647], itself), ['0', '-1', null, '2147483647']],
    [
      'bigint',
      int8Array([0, 1, -1, -4_294_967_297, null, Number.MAX_SAFE_INTEGER], itself),
      ['0', '1', '-1', '-4294967297', null, '9007199254740991'],
    ],
    ['float8', arrayOf(float8)([0, 12.5, null, 1e7], itself), ['0', '12.5', null, '10000000']],
    [
      'uuid',
      uuidArray(['00000000-0000-4000-8000-0000000000ff', null], itself),
      ['00000000-0000-4000-8000-0000000000ff', null],
    ],
    [
      'text',
      textArray(['', 'a,b', '"\\{}', null, 'NULL', '【配音合成】 🎧'], itself),
      ['', 'a,b', '"\\{}', null, 'NULL', '【配音合成】 🎧'],
    ],
    ['text', textArray([], itself), []],
  ])('of %s is what was meant', async (type, array, expected) => {
    expect(await received(type, array)).toEqual(expected);
  });

  it('of times is exact to the millisecond, from the first year to the last', async () => {
    const times = [
      '0000-01-01T00:00:00.000Z',
      '0001-01-01T00:00:00.000Z',
      '0099-12-31T23:59:59.999Z',
      '0100-02-28T23:59:59.999Z',
      '1999-12-31T23:59:59.999Z',
      '2000-01-01T00:00:00.000Z',
      '2031-06-01T12:00:00.123Z',
      '2285-06-04T23:47:34.740Z',
      '2285-06-04T23:47:34.741Z',
      '9999-12-31T23:59:59.999Z',
    ];
    const { rows } = await pool.query<{ value: Date | null }>(
      `select value from unnest($1::timestamptz[]) with ordinality as u (value, n) order by n`,
      [timeArray([...times, null], itself)],
    );
    expect(rows.map(({ value }) => value?.toISOString() ?? null)).toEqual([...times, null]);
  });

  it('of times keeps the microseconds of those that have some', async () => {
    const times = [
      '0001-01-01T00:00:00.000001Z',
      '1999-12-31T23:59:59.999999Z',
      '2031-06-01T12:00:00.123456Z',
    ];
    expect(await received('timestamptz', timeArray(times, itself))).toEqual([
      expect.stringMatching(/00:00:00\.000001/),
      expect.stringMatching(/23:59:59\.999999/),
      expect.stringMatching(/12:00:00\.123456/),
    ]);
  });

  it('of ids of others is exact for every bigint', async () => {
    const ids = ['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808'];
    expect(await received('bigint', arrayOf(bigintText)(ids, itself))).toEqual(ids);
  });

  it('of times takes nothing that is no time', () => {
    expect(() => timeArray(['yesterday'], itself)).toThrow('is not a time');
  });

  it.each([
    'not one',
    '00000000-0000-4000-8000-00000000000g',
    '00000000-0000-4000-8000-00000000000【',
    '00000000x0000-4000-8000-000000000000',
  ])('of UUIDs takes nothing else: %s', (text) => {
    expect(() => uuidArray([text], itself)).toThrow('is not a UUID');
  });
});
