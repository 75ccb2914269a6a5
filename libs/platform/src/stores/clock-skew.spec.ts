import { clockSkewFault } from './clock-skew.js';

const NOW_MS = Date.parse('2030-01-01T00:00:00.000Z');
const faultAt = (databaseMs: number, ...readings: number[]): Promise<string | null> =>
  clockSkewFault(
    { timeOfDay: () => readings.shift() ?? NOW_MS },
    { databaseTimeOfDay: async () => databaseMs },
  );

describe('The clock of a process', () => {
  it.each([0, 1, -1, 5_000, -5_000])('is right when it differs by %i ms', async (ms) => {
    expect(await faultAt(NOW_MS + ms)).toBeNull();
  });

  it.each([
    [5_001, 5],
    [-5_001, 5],
    [3_600_000, 3_600],
    [-86_400_000, 86_400],
  ])('is wrong when it differs by %i ms', async (ms, seconds) => {
    expect(await faultAt(NOW_MS + ms)).toBe(`is ${seconds} s apart from the database's`);
  });

  it('is compared at the middle of a slow query', async () => {
    expect(await faultAt(NOW_MS + 10_000, NOW_MS, NOW_MS + 20_000)).toBeNull();
  });

  it('is not judged when the database is unavailable', async () => {
    const away = new Error('away');
    const checking = clockSkewFault(
      { timeOfDay: () => NOW_MS },
      { databaseTimeOfDay: () => Promise.reject(away) },
    );
    await expect(checking).rejects.toBe(away);
  });
});
