import { MemoryReadTables } from '#read-model/testing';
import { TRANSACTION_FIELDS } from '#contracts';
import { BYTE_ORDER_MARK } from '#contracts/csv';
import { ALICE, seedAccount, openTestApi, read } from '../testing/api-fixture.js';

const EXPORT = `/v1/users/${ALICE}/transactions.csv`;

describe('the statement as CSV', () => {
  it('has the columns and filters of the statement, and a byte order mark for Excel', async () => {
    const api = await openTestApi();
    await seedAccount(api);
    const response = await read(api, `${EXPORT}?type=consume`);
    expect(response.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(response.headers['content-disposition']).toMatch(/^attachment; filename=".+\.csv"$/);
    expect(response.body.startsWith(BYTE_ORDER_MARK)).toBe(true);
    const [head, ...lines] = response.body.slice(1).trimEnd().split('\r\n');
    expect(head).toBe(TRANSACTION_FIELDS.join(','));
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain('【视频生成】');
    expect((await read(api, `${EXPORT}?type=gift`)).statusCode).toBe(400);
    await api.close();
  });

  it('is complete, and is read page by page', async () => {
    const rows = 2_500;
    const limits: number[] = [];
    const tables = new MemoryReadTables();
    tables.transactions = (userId, { before, limit }) => {
      const below = before?.id ?? rows + 1;
      limits.push(limit);
      const ids = Array.from({ length: Math.min(limit, below - 1) }, (_, i) => below - 1 - i);
      return Promise.resolve(ids.map((id) => rowOf(userId, id)));
    };
    const api = await openTestApi({ tables });
    const lines = (await read(api, EXPORT)).body.trimEnd().split('\r\n').slice(1);
    expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(
      Array.from({ length: rows }, (_, i) => rows - i),
    );
    expect(limits).toEqual([1_000, 1_000, 1_000]);
    await api.close();
  });

  it('is a problem, not a truncated file, when the tables fail before its first line', async () => {
    const tables = new MemoryReadTables();
    tables.transactions = () => Promise.reject(new Error('lost'));
    const api = await openTestApi({ tables });
    for (let i = 0; i < 4; i += 1) {
      const response = await read(api, EXPORT);
      expect(response.statusCode).toBe(500);
      expect(response.headers['content-type']).toMatch('application/problem+json');
      expect(response.headers['content-disposition']).toBeUndefined();
    }
    expect(api.reportedErrors).toHaveLength(4);
    await api.close();
  });

  it('is aborted with an error when the tables fail later', async () => {
    const tables = new MemoryReadTables();
    tables.transactions = (userId, { before, limit }) =>
      before === undefined
        ? Promise.resolve(Array.from({ length: limit }, (_, i) => rowOf(userId, limit - i + 1)))
        : Promise.reject(new Error('lost'));
    const api = await openTestApi({ tables });
    await expect(read(api, EXPORT)).rejects.toThrow();
    expect(api.reportedErrors).toMatchObject([{ message: 'lost' }]);
    await api.close();
  });
});

const rowOf = (user_id: string, id: number) => ({
  id,
  revision: id - 1,
  line: 0,
  user_id,
  type: 'recharge' as const,
  amount: 1,
  balance_before: id - 1,
  balance_after: id,
  source_type: null,
  source_id: null,
  batch_id: 1,
  duration: null,
  description: null,
  created_at: '2030-01-01T00:00:00.000Z',
  updated_at: '2030-01-01T00:00:00.000Z',
});
