import fc from 'fast-check';
import { subBatchLength } from './sub-batch-length.js';

const keyed = (keys: string) => [...keys].map((key) => ({ key: Buffer.from(key) }));

describe('the length of a sub-batch', () => {
  it('is bounded by the number of messages', () => {
    expect(subBatchLength(keyed('abcdef'), { countMax: 4, perKeyMax: 9 })).toBe(4);
    expect(subBatchLength(keyed('ef'), { countMax: 4, perKeyMax: 9 })).toBe(2);
  });

  it('ends before one message too many of a key', () => {
    expect(subBatchLength(keyed('abaaca'), { countMax: 99, perKeyMax: 2 })).toBe(3);
  });

  it('counts messages without a key as those of one key', () => {
    expect(subBatchLength([{ key: null }, { key: null }], { countMax: 99, perKeyMax: 1 })).toBe(1);
  });

  it('is never zero, so that the reader makes progress', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        (keys, countMax, perKeyMax) => {
          let left = keyed(keys.join(''));
          while (left.length > 0) {
            const length = subBatchLength(left, { countMax, perKeyMax });
            expect(length).toBeGreaterThan(0);
            expect(length).toBeLessThanOrEqual(Math.max(1, Math.min(countMax, left.length)));
            left = left.slice(length);
          }
        },
      ),
    );
  });
});
