import type { Position } from '../port.js';
import { formatPosition, isPosition, parsePosition } from './esdb-position.js';

describe('A position of EventStoreDB', () => {
  const at = (commit: bigint) => formatPosition({ commit, prepare: commit });

  it('compares as a string, up to the largest possible one', () => {
    const commits = [0n, 9n, 10n, 99_999n, 2n ** 53n + 1n, 2n ** 64n - 1n];
    const positions = commits.map(at);
    expect([...positions].sort()).toEqual(positions);
    expect(positions.map((p) => parsePosition(p)?.commit)).toEqual(commits);
  });

  it('is recognised by its form', () => {
    expect(isPosition(at(7n))).toBe(true);
    expect(isPosition('es-7-7')).toBe(false);
  });

  it('may be null, which is the beginning', () => {
    expect(parsePosition(null)).toBeNull();
  });

  it.each(['memory:0000000000000042', 'es-1-2', `${at(1n)}0`])('is not %s', (text) => {
    expect(() => parsePosition(text as Position)).toThrow('is not a position of an EventStoreDB');
  });
});
