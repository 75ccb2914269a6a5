import { RowsMissing, isDataError } from './data-error.js';

const errorOf = (code: unknown): Error => Object.assign(new Error('refused'), { code });

describe('an error of the database', () => {
  it.each([
    ['23505', 'a key that is there already'],
    ['23514', 'a check that fails'],
    ['22003', 'a number that is too large'],
    ['22021', 'a text that is not UTF-8'],
  ])('is about the data with code %s: %s', (code) => {
    expect(isDataError(errorOf(code))).toBe(true);
  });

  it.each<[string | number | undefined, string]>([
    ['40001', 'a conflict of transactions'],
    ['57014', 'a time-out'],
    ['55P03', 'a lock that was not available'],
    ['42P01', 'a table that is not there'],
    ['ECONNRESET', 'a lost connection'],
    [23_505, 'a code that is no text'],
    [undefined, 'no code'],
  ])('is not about the data with code %s: %s', (code) => {
    expect(isDataError(errorOf(code))).toBe(false);
  });

  it('is about the data when fewer rows were written than were sent', () => {
    expect(isDataError(new RowsMissing('2 of 3 rows were written'))).toBe(true);
  });

  it('is none when it is no error at all', () => {
    for (const value of [null, undefined, '23505', { code: '23505' }]) {
      expect(isDataError(value)).toBe(false);
    }
  });
});
