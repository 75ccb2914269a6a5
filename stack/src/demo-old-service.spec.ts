import { DemoOldService } from './demo-old-service.js';

const NOW_MS = Date.parse('2026-11-30T08:00:00Z');
const DAY_MS = 86_400_000;
const { rows, batches } = new DemoOldService(NOW_MS);

describe('The old service of the demo', () => {
  it('leaves rows whose balances follow each other, and batches that add up to the last one', () => {
    let [balance, lastMs] = [0, 0];
    for (const row of rows) {
      expect(row.balanceBefore).toBe(balance);
      const sign = row.type === 'recharge' || row.type === 'refund' ? 1 : -1;
      balance += sign * row.amount;
      expect([row.balanceAfter, row.amount > 0, balance >= 0]).toEqual([balance, true, true]);
      expect(row.atMs).toBeGreaterThanOrEqual(lastMs);
      lastMs = row.atMs;
    }
    expect(batches.reduce((sum, { left }) => sum + left, 0)).toBe(balance);
    expect(lastMs).toBeLessThan(NOW_MS);
    expect(rows[0]?.atMs).toBeGreaterThan(NOW_MS - 91 * DAY_MS);
  });

  it('has something to show for every filter, and more than one page', () => {
    expect(rows.length).toBeGreaterThan(200);
    const types = new Set(rows.map(({ type }) => type));
    expect([...types].sort()).toEqual(['consume', 'expire', 'recharge', 'refund']);
    const businesses = new Set(rows.flatMap(({ sourceType }) => sourceType ?? []));
    expect(businesses.size).toBe(5);
  });

  it('tells seconds since its last release, and none before', () => {
    const speech = rows.filter(
      ({ type, sourceType }) => type === 'consume' && sourceType === 'tts',
    );
    const told = speech.map(({ duration }) => duration !== null);
    expect(new Set(told)).toEqual(new Set([false, true]));
    expect(told.indexOf(true)).toBeGreaterThan(told.lastIndexOf(false));
  });

  it('writes no consumption for less than it costs', () => {
    const gift = batches.find(({ order }) => order === 'gift');
    expect(gift?.left).toBe(0);
    const speech = rows.filter(
      ({ duration, sourceType }) => duration !== null && sourceType === 'tts',
    );
    const byTask = new Map<string, number>();
    for (const { type, sourceId, amount } of speech) {
      if (type === 'consume')
        byTask.set(sourceId ?? '', (byTask.get(sourceId ?? '') ?? 0) + amount);
    }
    for (const { sourceId, duration } of speech) {
      expect(byTask.get(sourceId ?? '')).toBe(Math.floor((duration ?? 0) * 2));
    }
  });
});
