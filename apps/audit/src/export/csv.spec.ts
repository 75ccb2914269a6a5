import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it('quotes what would run together', () => {
    expect(csvLine(['a,b', 'c"d', 'e\nf', null, 5])).toBe('"a,b","c""d","e\nf",,5\r\n');
  });

  it.each(['=1+1', '+x', '-x', '@x', '\tx'])('makes no formula of %j', (text) => {
    expect(csvLine([text])).toBe(`'${text}\r\n`);
  });

  it('leaves numbers as they are', () => {
    expect(csvLine([-5, '-5', '-0.5', '+5'])).toBe("-5,-5,-0.5,'+5\r\n");
  });
});
