import { AdaptiveBatchSize } from './adaptive-batch-size.js';

describe('an adaptive batch size', () => {
  let size: AdaptiveBatchSize;
  beforeEach(() => {
    size = new AdaptiveBatchSize(1_000, 1_000);
  });

  it('grows while batches are quick, up to its limit', () => {
    for (let times = 0; times < 10; times++) size.record(size.count, 10);
    expect(size.count).toBe(1_000);
  });

  it('halves when a batch takes too long, down to one message', () => {
    size.record(128, 1_500);
    expect(size.count).toBe(64);
    for (let times = 0; times < 10; times++) size.record(size.count, 5_000);
    expect(size.count).toBe(1);
  });

  it('does not grow because of a few messages that were quick', () => {
    const before = size.count;
    size.record(3, 1);
    expect(size.count).toBe(before);
  });

  it('stays as it is while batches take about as long as they may', () => {
    const before = size.count;
    size.record(before, 600);
    expect(size.count).toBe(before);
  });

  it('starts no larger than its limit', () => {
    expect(new AdaptiveBatchSize(10, 1_000).count).toBe(10);
  });
});
