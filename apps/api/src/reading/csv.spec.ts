import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it.each([
    [['a', 1, null, 12.5], 'a,1,,12.5'],
    [['【配音合成】'], '【配音合成】'],
    [['a,b', 'a"b', 'a\nb'], '"a,b","a""b","a\nb"'],
    [['=1+1', '@x', '+1', '-1'], "'=1+1,'@x,'+1,'-1"],
    [['=HYPERLINK("http://x")'], `"'=HYPERLINK(""http://x"")"`],
    [[-1], '-1'],
  ])('of %j is %s', (cells, line) => {
    expect(csvLine(cells)).toBe(`${line}\r\n`);
  });
});
