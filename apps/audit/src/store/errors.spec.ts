import { CannotCheckError, cannotCheckError } from './errors.js';

const coded = (error: Error, code: string): Error => Object.assign(error, { code });

describe('cannotCheckError', () => {
  it.each([
    ['once refused', new Error('connect ECONNREFUSED'), 'connect ECONNREFUSED'],
    [
      'refused at every address of a name',
      new AggregateError([new Error('no ::1'), new Error('no 127.0.0.1')]),
      'no ::1; no 127.0.0.1',
    ],
    [
      'of a cluster that notes nothing',
      new Error('14 UNAVAILABLE: nobody there. Resolution note: '),
      '14 UNAVAILABLE: nobody there.',
    ],
    ['an address', coded(new TypeError('Invalid URL'), 'ERR_INVALID_URL'), 'Invalid URL'],
    ['no error at all', 'gone', 'gone'],
  ])('gives the reason in a sentence: %s', (_, cause, why) => {
    const error = cannotCheckError("the store can't be read", cause);
    expect(error).toBeInstanceOf(CannotCheckError);
    expect([error.message, error.cause]).toEqual([`the store can't be read: ${why}`, cause]);
  });

  it.each([new TypeError('x is undefined'), new RangeError('too long'), new ReferenceError('y')])(
    'passes on an unexpected error: %s',
    (bug) => {
      expect(cannotCheckError("the store can't be read", bug)).toBe(bug);
    },
  );
});
