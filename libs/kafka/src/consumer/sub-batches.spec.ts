import fc from 'fast-check';
import { AdaptiveBatchSize, subBatchLength } from './sub-batches.js';

const keyed = (keys: string) => [...keys].map((key) => ({ key: Buffer.from(key) }));

describe('a sub-batch', () => {
  it('ends at its number of messages', () => {
    expect(subBatchLength(keyed('abcdef'), 0, { countMax: 4, perKeyMax: 9 })).toBe(4);
    expect(subBatchLength(keyed('abcdef'), 4, { countMax: 4, perKeyMax: 9 })).toBe(2);
  });

  it('ends before one message too many of a key', () => {
    expect(subBatchLength(keyed('abaaca'), 0, { countMax: 99, perKeyMax: 2 })).toBe(3);
    expect(subBatchLength([{ key: null }, { key: null }], 0, { countMax: 99, perKeyMax: 1 })).toBe(
      1,
    );
  });

  it('always holds a message, so that the reader gets on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        (keys, countMax, perKeyMax) => {
          const messages = keyed(keys.join(''));
          let taken = 0;
          while (taken < messages.length) {
            const length = subBatchLength(messages, taken, { countMax, perKeyMax });
            expect(length).toBeGreaterThan(0);
            expect(length).toBeLessThanOrEqual(Math.max(1, countMax));
            taken += length;
          }
          expect(taken).toBe(messages.length);
        },
      ),
    );
  });
});

describe('the pace', () => {
  it('grows while sub-batches are quick, up to its limit', () => {
    const pace = new AdaptiveBatchSize(1_000, 1_000);
    for (let times = 0; times < 10; times++) pace.record(pace.count, 10);
    expect(pace.count).toBe(1_000);
  });

  it('falls when one takes too long, down to one message', () => {
    const pace = new AdaptiveBatchSize(1_000, 1_000);
    pace.record(128, 1_500);
    expect(pace.count).toBe(64);
    for (let times = 0; times < 10; times++) pace.record(pace.count, 5_000);
    expect(pace.count).toBe(1);
  });

  it('learns nothing from a few messages that were quick', () => {
    const pace = new AdaptiveBatchSize(1_000, 1_000);
    const before = pace.count;
    pace.record(3, 1);
    expect(pace.count).toBe(before);
  });
});
