import { jest } from '@jest/globals';
import { RepeatedErrors, type RepeatLimits, type RepeatSummary } from './repeated-errors.js';

const EVERY_MS = 30_000;

describe('Repeated errors', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function open(limits: Partial<RepeatLimits> = {}) {
    const summaries: RepeatSummary[] = [];
    const repeated = new RepeatedErrors((summary) => summaries.push(summary), limits);
    return { repeated, summaries };
  }

  it('are new once for each cause', () => {
    const { repeated } = open();
    expect(repeated.isNew('refused', 'read failed')).toBe(true);
    expect(repeated.isNew('refused', 'append failed')).toBe(false);
    expect(repeated.isNew('reset', 'read failed')).toBe(true);
  });

  it('are the same when they differ in ids, ports or amounts only', () => {
    const { repeated } = open();
    expect(repeated.isNew('no answer for 7f6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11', 'a')).toBe(true);
    expect(repeated.isNew('no answer for 0a6a52b8-1f9d-4a59-9a51-0d6a3f0f2d12', 'a')).toBe(false);
    expect(repeated.isNew('port 5432 refused', 'a')).toBe(true);
    expect(repeated.isNew('port 5433 refused', 'a')).toBe(false);
  });

  it('are summed up by message at intervals, as long as they recur', () => {
    const { repeated, summaries } = open();
    repeated.isNew('refused', 'first');
    for (const message of ['a', 'b', 'b']) repeated.isNew('refused', message);
    jest.advanceTimersByTime(EVERY_MS);
    repeated.isNew('refused', 'c');
    jest.advanceTimersByTime(EVERY_MS);
    expect(summaries).toEqual([
      { cause: 'refused', suppressed: { a: 1, b: 2 }, lines: 3 },
      { cause: 'refused', suppressed: { c: 1 }, lines: 1 },
    ]);
  });

  it('are new again after an interval without one, and not summed up then', () => {
    const { repeated, summaries } = open();
    repeated.isNew('refused', 'a');
    jest.advanceTimersByTime(EVERY_MS);
    expect(summaries).toEqual([]);
    expect(repeated.isNew('refused', 'a')).toBe(true);
  });

  it('are bounded: the oldest cause is summed up and dropped', () => {
    const { repeated, summaries } = open({ causesMax: 2 });
    repeated.isNew('one', 'a');
    repeated.isNew('one', 'a');
    repeated.isNew('two', 'a');
    repeated.isNew('three', 'a');
    expect(summaries).toEqual([{ cause: 'one', suppressed: { a: 1 }, lines: 1 }]);
    expect(repeated.isNew('one', 'a')).toBe(true);
    expect(jest.getTimerCount()).toBe(2);
  });

  it('count messages beyond the twentieth together', () => {
    const { repeated, summaries } = open();
    repeated.isNew('refused', 'first');
    for (let n = 0; n < 25; n += 1) repeated.isNew('refused', `message ${'x'.repeat(n)}`);
    jest.advanceTimersByTime(EVERY_MS);
    expect(Object.keys(summaries[0]?.suppressed ?? {})).toHaveLength(21);
    expect(summaries[0]).toMatchObject({ lines: 25, suppressed: { others: 5 } });
  });
});
