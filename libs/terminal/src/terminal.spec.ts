import {
  formatNumber,
  stripControls,
  formatSignedNumber,
  renderTable,
  displayWidth,
} from './table.js';
import { progressLine } from './progress.js';

describe('terminal output', () => {
  it('aligns columns, also in Chinese', () => {
    const text = renderTable(
      [{ head: '摘要' }, { head: '积分', align: 'right' }],
      [
        ['【配音合成】', '-50'],
        ['ok', '+1,000'],
      ],
    );
    const lines = text.trimEnd().split('\n');
    expect(lines).toEqual([
      '摘要            积分',
      '------------  ------',
      '【配音合成】     -50',
      'ok            +1,000',
    ]);
    expect(new Set(lines.map(displayWidth))).toEqual(new Set([20]));
  });

  it('has no spaces behind the last cell of a line', () => {
    const right = { head: 'n', align: 'right' as const };
    expect(
      renderTable([{ head: 'a' }, right, { head: 'b' }], [['', '12'], [], ['x'], ['', '', 'y']]),
    ).toBe(['a   n  b', '-  --  -', '   12', '', 'x', '       y', ''].join('\n'));
  });

  it('keeps stored spaces, also at the end of a line', () => {
    expect(
      renderTable(
        [{ head: 'a' }, { head: 'b' }],
        [
          ['x ', 'y '],
          [' ', '\u3000'],
        ],
      ),
    ).toBe(['a   b', '--  --', 'x   y ', '    \u3000', ''].join('\n'));
  });

  it('aligns cells whose control characters were replaced', () => {
    const cells = ['a\u001bb', '【配音】', 'ok', 'a\u001bb', '【配音】'];
    const lines = renderTable(
      [{ head: 'x' }, { head: 'y' }],
      cells.map((cell) => [cell, '|']),
    ).split('\n');
    expect(lines.slice(2, -1)).toEqual([
      'a\ufffdb       |',
      '【配音】  |',
      'ok        |',
      'a\ufffdb       |',
      '【配音】  |',
    ]);
  });

  it('makes a column as wide as its widest cell', () => {
    const [head, rule, line] = renderTable(
      [{ head: 'x', align: 'right' }],
      [['y'.repeat(300)]],
    ).split('\n');
    expect([head, rule, line]).toEqual([`${' '.repeat(299)}x`, '-'.repeat(300), 'y'.repeat(300)]);
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [-1_234_567, '-1,234,567'],
    [2_147_483_647, '2,147,483,647'],
    [1_234.5, '1234.5'],
    [Infinity, 'Infinity'],
  ])('groups the digits of %d', (value, text) => {
    expect(formatNumber(value)).toBe(text);
    expect(formatSignedNumber(value)).toBe(value > 0 ? `+${text}` : text);
  });

  it('can not control the terminal', () => {
    expect(stripControls('a\u001b[2Jb\n')).toBe('a�[2Jb�');
    expect(stripControls('\u0085\u009b1m\u007f\u0000')).toBe('��1m��');
    expect(stripControls('points \u202e001-\u2066')).toBe('points �001-�');
    expect(stripControls('积分 🙂 é')).toBe('积分 🙂 é');
    expect(stripControls('音')).toBe('音');
  });

  it('reports the progress of long work', () => {
    expect(progressLine('events', 50_000, 200_000, 2)).toBe(
      '50,000 of 200,000 events, 25,000/s, 6 s left',
    );
    expect(progressLine('rows', 0, null, 0)).toBe('0 rows, 0/s');
  });
});
