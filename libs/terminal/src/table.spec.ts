import fc from 'fast-check';
import {
  displayWidth,
  formatNumber,
  formatSignedNumber,
  renderTable,
  stripControls,
} from './table.js';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['积分', 4],
    ['【配音】', 8],
    ['ｆｕｌｌ', 8],
    ['한글', 4],
    ['ひらがな', 8],
    ['é', 1],
    ['e\u0301', 1],
    ['🙂', 2],
    ['�', 1],
  ])('measures %j as %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('renderTable', () => {
  it('aligns columns whatever is in their cells', () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('【配音合成】', '积分', '1,000', '', 'é', '🙂'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 12 }), (rows) => {
        const text = renderTable(
          [{ head: '摘要' }, { head: 'n', align: 'right' }, { head: '|' }],
          [...rows.map(([a, b]) => [a, b, '|'])],
        );
        const lines = text.split('\n').slice(0, -1);
        const edges = lines
          .filter((_, index) => index !== 1)
          .map((line) => displayWidth(line.slice(0, line.lastIndexOf('|'))));
        expect(lines).toHaveLength(rows.length + 2);
        expect(new Set(edges).size).toBe(1);
      }),
    );
  });

  it('has a header and a rule without rows', () => {
    expect(renderTable([{ head: 'a' }, { head: '积分' }], [])).toBe('a  积分\n-  ----\n');
  });

  it('ignores cells that have no column', () => {
    expect(renderTable([{ head: 'a' }], [['x', 'y']])).toBe('a\n-\nx\n');
  });
});

describe('stripControls', () => {
  it('leaves no control character in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(stripControls(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
        expect(stripControls(text)).toHaveLength(text.length);
      }),
    );
  });
});

describe('formatNumber', () => {
  it('groups digits like the locale of English does', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(formatNumber(value)).toBe(value.toLocaleString('en-US').replace(/^-0$/, '0'));
      }),
    );
  });

  it('shows the sign of positive numbers only if asked to', () => {
    expect([formatNumber(5), formatSignedNumber(5)]).toEqual(['5', '+5']);
    expect([formatSignedNumber(0), formatSignedNumber(-1_000)]).toEqual(['0', '-1,000']);
  });
});
