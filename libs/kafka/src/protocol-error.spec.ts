import { isProtocolError } from './protocol-error.js';

const TYPES = ['NOT_LEADER', 'TOO_LARGE'];

describe('an error of the protocol', () => {
  it('is recognised by its type', () => {
    expect(isProtocolError(Object.assign(new Error(), { type: 'TOO_LARGE' }), TYPES)).toBe(true);
    expect(isProtocolError(Object.assign(new Error(), { type: 'OTHER' }), TYPES)).toBe(false);
  });

  it.each([new Error('TOO_LARGE'), { type: 'TOO_LARGE' }, 'TOO_LARGE', null])(
    'is not seen in %p',
    (thing) => {
      expect(isProtocolError(thing, TYPES)).toBe(false);
    },
  );
});
