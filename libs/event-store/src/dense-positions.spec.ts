import { followsDirectly } from './dense-positions.js';
import type { Position } from './port.js';
import { positionsOf } from './position.js';

const { format } = positionsOf('memory');

describe('followsDirectly', () => {
  it('is true for consecutive positions, and for the first event', () => {
    expect(followsDirectly(null, format(1))).toBe(true);
    expect(followsDirectly(format(9), format(10))).toBe(true);
  });

  it('is false across a gap, backwards, and for the same event', () => {
    expect(followsDirectly(null, format(2))).toBe(false);
    expect(followsDirectly(format(1), format(3))).toBe(false);
    expect(followsDirectly(format(3), format(2))).toBe(false);
    expect(followsDirectly(format(3), format(3))).toBe(false);
  });

  it('is false between two kinds of stores, and for positions that are not consecutive numbers', () => {
    expect(followsDirectly(format(1), positionsOf('other').format(2))).toBe(false);
    expect(followsDirectly(null, 'es-1-1' as Position)).toBe(false);
  });
});
