import type { Position } from '#event-store';
import { CannotCheckError } from './errors.js';
import { positionFromNumber, positionNumber } from './postgres-position.js';

describe('a position of a store in Postgres', () => {
  it.each([0, 1, 42, 65_536, Number.MAX_SAFE_INTEGER])('is %i and back', (number) => {
    const position = positionFromNumber(number);
    expect(position).toMatch(/^postgres:\d{16}$/);
    expect(positionNumber(position)).toBe(number);
    expect(positionFromNumber(String(number))).toBe(position);
  });

  it('sorts as a text in the order of the numbers', () => {
    const numbers = [100, 9, 10, 99_999, 2];
    expect(numbers.map(positionFromNumber).sort().map(positionNumber)).toEqual([
      2, 9, 10, 100, 99_999,
    ]);
  });

  it.each([
    'es-00000000000000000400-00000000000000000400',
    'postgres:x',
    'postgres:9007199254740993',
    '',
  ])('is not %j', (text) => {
    expect(() => positionNumber(text as Position)).toThrow(CannotCheckError);
  });
});
