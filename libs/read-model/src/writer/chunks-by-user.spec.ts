import { chunksByUser } from './chunks-by-user.js';

const user = (first: number, last = 0): string =>
  `${first.toString(16).padStart(8, '0')}-0000-4000-8000-${last.toString(16).padStart(12, '0')}`;

describe('chunks by user', () => {
  it('keep the order of rows within each user, and the index of each row', () => {
    const rows = [
      { user_id: user(0xffffffff), revision: 0 },
      { user_id: user(7), revision: 0 },
      { user_id: user(0xffffffff), revision: 1 },
      { user_id: user(0), revision: 4 },
      { user_id: user(7), revision: 1 },
    ];
    const [slice, ...others] = chunksByUser(new Set(rows), 10);
    expect(slice).toEqual({
      rows: [rows[3], rows[1], rows[4], rows[0], rows[2]],
      indexes: [3, 1, 4, 0, 2],
    });
    expect(others).toEqual([]);
  });

  it('contain each row once', () => {
    const rows = Array.from({ length: 201 }, (_, place) => ({
      user_id: user(Math.imul(place, 0x9e3779b1) >>> 0),
      revision: place,
    }));
    const slices = [...chunksByUser(rows, 100)];
    expect(slices.map((slice) => slice.rows.length)).toEqual([100, 100, 1]);
    const sorted = [...rows].sort((a, b) => (a.user_id < b.user_id ? -1 : 1));
    expect(slices.flatMap((slice) => slice.rows)).toEqual(sorted);
    expect(slices.flatMap(({ indexes }) => indexes.map((place) => rows[place]))).toEqual(sorted);
  });

  it('contain all rows of users whose ids begin alike', () => {
    const rows = [2, 1, 2, 1].map((last, revision) => ({ user_id: user(7, last), revision }));
    expect([...chunksByUser(rows, 10)]).toEqual([{ rows, indexes: [0, 1, 2, 3] }]);
  });

  it('contain all rows of more than a million', () => {
    const count = 2 ** 20 + 1;
    const rows = Array.from({ length: count }, () => ({ user_id: user(1) }));
    let seen = 0;
    for (const { indexes } of chunksByUser(rows, count)) {
      for (const place of indexes) if (place === seen) seen += 1;
    }
    expect(seen).toBe(count);
  });

  it('are none without rows', () => {
    expect([...chunksByUser([], 10)]).toEqual([]);
  });
});
