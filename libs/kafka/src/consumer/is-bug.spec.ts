import { runInNewContext } from 'node:vm';
import { isBug } from './is-bug.js';

describe('a bug', () => {
  it.each([new TypeError(), new RangeError(), new ReferenceError(), new SyntaxError()])(
    'is a %s',
    (error) => {
      expect(isBug(error)).toBe(true);
    },
  );

  it('is one of another realm too', () => {
    expect(isBug(runInNewContext('new TypeError()'))).toBe(true);
  });

  it.each([new Error('the store is away'), 'text', null, undefined, { name: 7 }])(
    'is not %p',
    (thing) => {
      expect(isBug(thing)).toBe(false);
    },
  );
});
