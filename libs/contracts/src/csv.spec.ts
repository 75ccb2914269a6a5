import fc from 'fast-check';
import { csvRow } from './csv.js';

describe('a CSV row', () => {
  it.each([
    [['a', 1, null, 12.5], 'a,1,,12.5'],
    [['【配音合成】'], '【配音合成】'],
    [['a,b', 'a"b', 'a\nb'], '"a,b","a""b","a\nb"'],
    [['a;b', 'a\tb'], '"a;b","a\tb"'],
    [['=1+1', '@x', '+1', '-1'], "'=1+1,'@x,'+1,'-1"],
    [['=HYPERLINK("http://x")'], `"'=HYPERLINK(""http://x"")"`],
    [['a=1', 'order-7', '订单＝7', "'=1"], "a=1,order-7,订单＝7,'=1"],
    [[-1, -0.5, 5e-324], '-1,-0.5,5e-324'],
  ])('of %j is written as %s', (cells, line) => {
    expect(csvRow(cells)).toBe(`${line}\r\n`);
  });

  const formulas = [
    '=',
    '+',
    '-',
    '@',
    '＝',
    '＋',
    '－',
    '＠',
    '﹦',
    '﹢',
    '﹣',
    '﹫',
    '−',
    '⁺',
    '₌',
  ];
  const unseen = [
    ...['', ' ', '\t', '\r', '\n', '\u00a0', '\u3000', '\u2003', '\u0000', '\u001b', '\u0085'],
    // Marks, embeddings, overrides and isolates of writing direction.
    ...['\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069'],
    // Without width: joiners, breaks, fillers, selectors, tags.
    ...['\u00ad', '\u034f', '\u115f', '\u180e', '\u200b', '\u200c', '\u200d', '\u2060', '\u2800'],
    ...['\u3164', '\ufe0f', '\ufeff', '\uffa0', '\u{e0001}', '\u{e0020}', '\u{e0100}'],
  ];

  it('never lets a text act as a formula, whatever invisible characters precede it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...unseen), { maxLength: 4 }),
        fc.constantFrom(...formulas),
        (before, sign) => {
          const text = `${before.join('')}${sign}1+1`;
          expect(csvRow([text]).replace(/^"/, '').startsWith(`'${text}`)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each(['\tx', '\rx', '\nx'])('does not let a text leave its cell: %j', (text) => {
    expect(csvRow([text])).toBe(`"'${text}"\r\n`);
  });

  it('keeps each text whole and in one cell', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (texts) => {
        const read = parse(csvRow(texts));
        expect(read.map((cell, i) => (cell === texts[i] ? cell : cell.slice(1)))).toEqual(texts);
      }),
    );
  });
});

/** What RFC 4180 makes of one line. */
function parse(line: string): string[] {
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n$)/gy;
  for (let found = cell.exec(line); found !== null; found = cell.exec(line)) {
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] !== ',') break;
  }
  return cells;
}
