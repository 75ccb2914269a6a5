import { parseJson } from './json.js';

describe('parseJson', () => {
  it.each([
    ['{"a":[1,null]}', { a: [1, null] }],
    ['null', null],
    ['"text"', 'text'],
  ])('parses %p', (text, value) => expect(parseJson(text)).toEqual(value));

  it.each(['', '<html>', '{"a":1', 'undefined'])('returns undefined for %p', (text) =>
    expect(parseJson(text)).toBeUndefined(),
  );
});
