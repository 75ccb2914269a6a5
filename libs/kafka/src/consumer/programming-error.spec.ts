import { runInNewContext } from 'node:vm';
import { isProgrammingError } from './programming-error.js';

describe('a programming error', () => {
  it.each([new TypeError(), new RangeError(), new ReferenceError(), new SyntaxError()])(
    'is seen in a %s',
    (error) => {
      expect(isProgrammingError(error)).toBe(true);
    },
  );

  it('is seen in an error of another realm', () => {
    expect(isProgrammingError(runInNewContext('new TypeError()'))).toBe(true);
  });

  it.each([new Error('the store is away'), 'text', null, undefined, { name: 7 }])(
    'is not seen in %p',
    (thing) => {
      expect(isProgrammingError(thing)).toBe(false);
    },
  );
});
