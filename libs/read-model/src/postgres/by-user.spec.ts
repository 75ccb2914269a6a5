import { SLICE_ROWS, byUser } from './by-user.js';

const user = (first: number): string =>
  `${first.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;

describe('rows by user', () => {
  it('keep the order they have within each user, and know which they were', () => {
    const rows = [
      { user_id: user(0xffffffff), revision: 0 },
      { user_id: user(7), revision: 0 },
      { user_id: user(0xffffffff), revision: 1 },
      { user_id: user(0), revision: 4 },
      { user_id: user(7), revision: 1 },
    ];
    const [slice, ...others] = byUser(new Set(rows));
    expect(slice).toEqual({
      rows: [rows[3], rows[1], rows[4], rows[0], rows[2]],
      places: [3, 1, 4, 0, 2],
    });
    expect(others).toEqual([]);
  });

  it('come in slices, each row once', () => {
    const rows = Array.from({ length: 2 * SLICE_ROWS + 1 }, (_, place) => ({
      user_id: user(Math.imul(place, 0x9e3779b1) >>> 0),
      revision: place,
    }));
    const slices = [...byUser(rows)];
    expect(slices.map((slice) => slice.rows.length)).toEqual([SLICE_ROWS, SLICE_ROWS, 1]);
    const sorted = [...rows].sort((a, b) => (a.user_id < b.user_id ? -1 : 1));
    expect(slices.flatMap((slice) => slice.rows)).toEqual(sorted);
    expect(slices.flatMap(({ places }) => places.map((place) => rows[place]))).toEqual(sorted);
  });

  it('of nobody are none', () => {
    expect([...byUser([])]).toEqual([]);
  });
});
