import { copyColumn, encodeCopyData } from './copy-data.js';
import { int2, text } from './binary-types.js';

interface Row {
  readonly points: number | null;
  readonly label: string | null;
}

const columns = [
  copyColumn('points', int2, (row: Row) => row.points),
  copyColumn('label', text, (row: Row) => row.label),
  copyColumn('line', int2, (_row: Row, index) => index),
];

const HEADER = `${Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1').toString('hex')}${'00'.repeat(8)}`;
const END = 'ffff';

describe('the data of a binary COPY', () => {
  it('is a header and an end when there are no rows', () => {
    expect(encodeCopyData(columns, []).toString('hex')).toBe(`${HEADER}${END}`);
  });

  it('counts the columns of each row and puts a length before each value', () => {
    const data = encodeCopyData(columns, [
      { points: 7, label: 'ab' },
      { points: -1, label: '' },
    ]);
    const first = '0003' + '000000020007' + '000000026162' + '000000020000';
    const second = '0003' + '00000002ffff' + '00000000' + '000000020001';
    expect(data.toString('hex')).toBe(HEADER + first + second + END);
  });

  it('writes nulls as lengths of -1', () => {
    const data = encodeCopyData(columns, [{ points: null, label: null }]);
    const row = '0003' + 'ffffffff' + 'ffffffff' + '000000020000';
    expect(data.toString('hex')).toBe(HEADER + row + END);
  });

  it('names its columns, for the statement', () => {
    expect(columns.map(({ name }) => name)).toEqual(['points', 'label', 'line']);
  });

  it('has place for the longest texts', () => {
    const label = '积'.repeat(10_000);
    const data = encodeCopyData(columns, [{ points: 1, label }]);
    expect(data.includes(Buffer.from(label))).toBe(true);
    expect(data.subarray(-2).toString('hex')).toBe(END);
  });
});
