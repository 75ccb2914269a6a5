import pg from 'pg';
import { hashArray, int4Array, int8Array, textArray, uuidArray } from './binary-arrays.js';

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: process.env['TEST_PG_URL'] });
  await client.connect();
});
afterAll(() => client.end());

async function through(type: string, array: Buffer): Promise<unknown> {
  const { rows } = await client.query<{ back: unknown }>(`select $1::${type}[] as back`, [array]);
  return rows[0]?.back;
}

describe('an array in binary form is what it was on the other side', () => {
  it('of text', async () => {
    const texts = ['', 'a', '积分', '👩‍🚀', '"quoted", {braced} and \\', 'NULL', 'x'.repeat(100_000)];
    expect(await through('text', textArray(texts))).toEqual(texts);
  });

  it('of whole numbers', async () => {
    expect(await through('int4', int4Array([1, -1, 2 ** 31 - 1]))).toEqual([1, -1, 2 ** 31 - 1]);
    expect(await through('int8', int8Array([-1, 0, Number.MAX_SAFE_INTEGER]))).toEqual([
      '-1',
      '0',
      String(Number.MAX_SAFE_INTEGER),
    ]);
  });

  it('of ids and hashes', async () => {
    const ids = ['6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60', '00000000-0000-0000-0000-000000000000'];
    expect(await through('uuid', uuidArray(ids))).toEqual(ids);
    const hashes = [new Uint8Array(32), new Uint8Array(32).fill(255)];
    expect(await through('bytea', hashArray(hashes))).toEqual(hashes.map((h) => Buffer.from(h)));
  });

  it('but of ids only where they are ids', () => {
    expect(() => uuidArray(['6f1f2a53'])).toThrow('is not a UUID');
  });
});
