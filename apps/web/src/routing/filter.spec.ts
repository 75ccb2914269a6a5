import { rowOf } from '../testing/row-builder.js';
import { NO_FILTER, filterParams, parseFilter, isUnfiltered, matchesFilter } from './filter.js';

describe('a filter', () => {
  it('is parsed from a URL, ignoring invalid values', () => {
    const text = 'type=consume&business=tts&source=task-1&from=2030-01-31&to=2030-02-30';
    expect(parseFilter(new URLSearchParams(text))).toEqual({
      type: 'consume',
      business: 'tts',
      source: 'task-1',
      from: '2030-01-31',
      to: null,
    });
    expect(parseFilter(new URLSearchParams('type=gift&business=X!&source=%20&from=1'))).toEqual(
      NO_FILTER,
    );
  });

  it('covers whole days in the reader’s time zone', () => {
    const params = filterParams({ ...NO_FILTER, from: '2030-01-31', to: '2030-01-31' });
    expect(params).toEqual({
      from: new Date(2030, 0, 31).toISOString(),
      to: new Date(2030, 1, 1).toISOString(),
    });
  });

  it('has no parameters when nothing is filtered', () => {
    expect(filterParams(NO_FILTER)).toEqual({});
    expect(isUnfiltered(NO_FILTER)).toBe(true);
    expect(isUnfiltered({ ...NO_FILTER, to: '2030-01-31' })).toBe(false);
  });

  it('matches the rows that the API would return', () => {
    const noon = new Date(2030, 0, 31, 12).toISOString();
    const row = rowOf(1, {
      type: 'consume',
      source_type: 'tts',
      source_id: 'task-1',
      created_at: noon,
    });
    const wants = (filter: Partial<typeof NO_FILTER>) =>
      matchesFilter(row, { ...NO_FILTER, ...filter });
    expect(wants({})).toBe(true);
    expect(wants({ source: 'task-1' })).toBe(true);
    expect(wants({ source: 'task-2' })).toBe(false);
    expect(wants({ type: 'consume', business: 'tts' })).toBe(true);
    expect(wants({ type: 'refund' })).toBe(false);
    expect(wants({ business: 'video' })).toBe(false);
    expect(wants({ from: '2030-01-31', to: '2030-01-31' })).toBe(true);
    expect(wants({ from: '2030-02-01' })).toBe(false);
    expect(wants({ to: '2030-01-30' })).toBe(false);
  });
});
