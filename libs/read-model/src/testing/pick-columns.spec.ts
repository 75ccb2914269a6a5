import { pickColumns } from './pick-columns.js';

describe('picked columns', () => {
  it('are those that were named, in that order, without the others', () => {
    const row = { a: 1, b: 2, c: 3 };
    expect(Object.entries(pickColumns(row, ['c', 'a']))).toEqual([
      ['c', 3],
      ['a', 1],
    ]);
  });
});
