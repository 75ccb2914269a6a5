import { runInNewContext } from 'node:vm';
import { isProgrammingError } from './programming-error.js';

describe('a bug', () => {
  it.each([new TypeError(), new RangeError(), new ReferenceError(), new SyntaxError()])(
    'is a %s',
    (error) => {
      expect(isProgrammingError(error)).toBe(true);
    },
  );

  it('is one of another realm too', () => {
    expect(isProgrammingError(runInNewContext('new TypeError()'))).toBe(true);
  });

  it.each([new Error('the store is away'), 'text', null, undefined, { name: 7 }])(
    'is not %p',
    (thing) => {
      expect(isProgrammingError(thing)).toBe(false);
    },
  );
});
