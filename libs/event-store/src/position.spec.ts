import type { Position } from './port.js';
import { positionsOf } from './position.js';

const positions = positionsOf('postgres');

describe('A position', () => {
  it('compares as a string, and is parsed again', () => {
    const places = [1, 2, 9, 10, 99, 100, 123_456_789, Number.MAX_SAFE_INTEGER];
    const written = places.map(positions.format);
    expect([...written].sort()).toEqual(written);
    expect(written.map(positions.parse)).toEqual(places);
    expect(positions.parse(null)).toBe(0);
  });

  it.each(['memory:0000000000000001', 'postgres:1', 'postgres:000000000000000x', '', '42'])(
    'is rejected when it is "%s"',
    (text) => {
      expect(() => positions.parse(text as Position)).toThrow(
        expect.objectContaining({ code: 'foreign-position' }) as Error,
      );
    },
  );
});
