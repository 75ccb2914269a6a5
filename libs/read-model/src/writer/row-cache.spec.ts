import { noLoadedRows, type LoadedRows } from '../fold/loaded-rows.js';
import type { BatchRow, ConsumptionRow } from '../schema/tables.js';
import { RowCache } from './row-cache.js';

const rowsWith = (batches: number, change: Partial<BatchRow> = {}): LoadedRows => {
  const rows = noLoadedRows();
  for (let id = 1; id <= batches; id += 1) {
    rows.batches.set(id, { batch_id: id, remaining: 5, ...change } as BatchRow);
  }
  return rows;
};

const put = (cache: RowCache, userId: string, rows: LoadedRows): void =>
  cache.put(new Map([[userId, rows]]));

describe('the row cache', () => {
  it('gives the rows of a user as they were put', () => {
    const cache = new RowCache();
    const rows = rowsWith(2);
    put(cache, 'a', rows);
    expect(cache.get('a')).toBe(rows);
    expect(cache.get('b')).toBeUndefined();
  });

  it('drops batches without points and consumptions that are not open', () => {
    const cache = new RowCache();
    const rows = rowsWith(1, { remaining: 0 });
    for (const [revision, status] of (['open', 'settled', 'closed'] as const).entries()) {
      rows.consumptions.set(revision, { revision, status } as ConsumptionRow);
    }
    put(cache, 'a', rows);
    expect([...rows.batches.keys()]).toEqual([]);
    expect([...rows.consumptions.keys()]).toEqual([0]);
  });

  it('keeps the users of the last batches, and no more rows than its limit', () => {
    const cache = new RowCache(40);
    const users = Array.from({ length: 20 }, (_, n) => `user ${n}`);
    for (const user of users) put(cache, user, rowsWith(3));
    const kept = users.filter((user) => cache.get(user) !== undefined);
    expect(kept.length * 4).toBeLessThanOrEqual(40);
    expect(kept).toContain('user 19');
    expect(kept).not.toContain('user 0');
  });

  it('keeps a user who is used again and again', () => {
    const cache = new RowCache(40);
    const rows = rowsWith(3);
    put(cache, 'often', rows);
    for (let n = 0; n < 50; n += 1) {
      put(cache, `user ${n}`, rowsWith(3));
      expect(cache.get('often')).toBe(rows);
    }
  });

  it('counts rows that a user got since they were put', () => {
    const cache = new RowCache(40);
    const rows = rowsWith(1);
    put(cache, 'a', rows);
    for (let id = 2; id <= 15; id += 1) rows.batches.set(id, { remaining: 5 } as BatchRow);
    put(cache, 'a', rows);
    put(cache, 'b', rowsWith(9));
    put(cache, 'c', rowsWith(15));
    expect(cache.get('a')).toBeUndefined();
  });

  it('forgets everything when it is cleared', () => {
    const cache = new RowCache();
    put(cache, 'a', rowsWith(1));
    cache.clear();
    expect(cache.get('a')).toBeUndefined();
  });
});
