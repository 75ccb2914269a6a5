import fc from 'fast-check';
import { GenerationalCache } from './generational-cache.js';

const ofWeight = (weight: number): { weight: number } => ({ weight });
const weightOf = ({ weight }: { weight: number }): number => weight;

describe('a generational cache', () => {
  it('returns its entries', () => {
    const cache = new GenerationalCache<string, number>({ weightMax: 10 });
    cache.set('a', 1);
    expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined]);
  });

  it('returns the newer of two values of a key, and counts it once', () => {
    const cache = new GenerationalCache<string, { weight: number }>({ weightMax: 100 }, weightOf);
    cache.set('a', ofWeight(30));
    cache.set('a', ofWeight(20));
    expect(cache.get('a')).toEqual({ weight: 20 });
    expect([cache.size, cache.weight]).toEqual([1, 20]);
  });

  it('returns a value once when it is taken out', () => {
    const cache = new GenerationalCache<string, number>({ weightMax: 10 });
    cache.set('a', 1);
    expect(cache.take('a')).toBe(1);
    expect(cache.take('a')).toBeUndefined();
    expect([cache.size, cache.weight]).toEqual([0, 0]);
  });

  it('drops entries that were not used while half of the cache was filled', () => {
    const cache = new GenerationalCache<number, number>({ weightMax: 8 });
    for (let key = 0; key < 4; key++) cache.set(key, key);
    cache.get(0);
    for (let key = 4; key < 8; key++) {
      cache.set(key, key);
      cache.get(0);
    }
    for (let key = 8; key < 10; key++) cache.set(key, key);
    expect(cache.get(0)).toBe(0);
    expect(cache.get(1)).toBeUndefined();
  });

  it('no longer finds an entry that was taken out of the older generation', () => {
    const cache = new GenerationalCache<number, number>({ weightMax: 4 });
    for (let key = 0; key < 3; key++) cache.set(key, key);
    expect(cache.take(0)).toBe(0);
    expect(cache.get(0)).toBeUndefined();
  });

  it('bounds the number of its entries as well as their weight', () => {
    const cache = new GenerationalCache<number, number>({ weightMax: 1_000, entriesMax: 4 });
    for (let key = 0; key < 100; key++) cache.set(key, key);
    expect(cache.size).toBeLessThanOrEqual(4);
    expect(cache.get(99)).toBe(99);
  });

  it('does not keep an entry that is too heavy, nor the one that it replaces', () => {
    const cache = new GenerationalCache<string, { weight: number }>({ weightMax: 100 }, weightOf);
    cache.set('a', ofWeight(50));
    expect(cache.get('a')).toEqual({ weight: 50 });
    cache.set('a', ofWeight(51));
    expect(cache.get('a')).toBeUndefined();
    expect(cache.weight).toBe(0);
  });

  it('keeps a heavier entry when its limit allows it', () => {
    const limits = { weightMax: 100, entryWeightMax: Infinity };
    const cache = new GenerationalCache<string, { weight: number }>(limits, weightOf);
    cache.set('heavy', ofWeight(500));
    cache.set('light', ofWeight(1));
    expect(cache.get('heavy')).toEqual({ weight: 500 });
  });

  it('weighs a value again when it is set again', () => {
    const cache = new GenerationalCache<string, { weight: number }>({ weightMax: 100 }, weightOf);
    const value = ofWeight(10);
    cache.set('a', value);
    value.weight = 25;
    cache.set('a', value);
    expect(cache.weight).toBe(25);
  });

  it('is empty after it was cleared', () => {
    const cache = new GenerationalCache<number, number>({ weightMax: 4 });
    for (let key = 0; key < 4; key++) cache.set(key, key);
    cache.clear();
    expect([cache.size, cache.weight, cache.get(3)]).toEqual([0, 0, undefined]);
  });

  it('never exceeds its limits and never gives a value of another time or key', () => {
    const change = fc.record({
      key: fc.integer({ min: 0, max: 9 }),
      weight: fc.integer({ min: 0, max: 40 }),
      is: fc.constantFrom('set', 'get', 'take'),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const limits = { weightMax: 60, entriesMax: 6 };
        const cache = new GenerationalCache<number, { weight: number }>(limits, weightOf);
        const latest = new Map<number, { weight: number }>();
        for (const { key, weight, is } of changes) {
          if (is === 'set') {
            latest.set(key, { weight });
            cache.set(key, latest.get(key) as { weight: number });
          } else {
            const found = is === 'get' ? cache.get(key) : cache.take(key);
            if (found !== undefined) expect(found).toBe(latest.get(key));
            if (is === 'take') latest.delete(key);
          }
          expect(cache.weight).toBeLessThanOrEqual(limits.weightMax);
          expect(cache.size).toBeLessThanOrEqual(limits.entriesMax);
        }
      }),
    );
  });
});
