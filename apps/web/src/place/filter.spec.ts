import { rowOf } from '../rows.suite.js';
import { EVERYTHING, askFor, filterIn, isEverything, isWanted } from './filter.js';

describe('a filter', () => {
  it('is read from a URL, and what is wrong in it is not said', () => {
    const text = 'type=consume&business=tts&from=2030-01-31&to=2030-02-30';
    expect(filterIn(new URLSearchParams(text))).toEqual({
      type: 'consume',
      business: 'tts',
      from: '2030-01-31',
      to: null,
    });
    expect(filterIn(new URLSearchParams('type=gift&business=x&from=1'))).toEqual(EVERYTHING);
  });

  it('asks for whole days of the reader', () => {
    const asked = askFor({ ...EVERYTHING, from: '2030-01-31', to: '2030-01-31' });
    expect(asked).toEqual({
      from: new Date(2030, 0, 31).toISOString(),
      to: new Date(2030, 1, 1).toISOString(),
    });
  });

  it('asks for nothing when everything is wanted', () => {
    expect(askFor(EVERYTHING)).toEqual({});
    expect(isEverything(EVERYTHING)).toBe(true);
    expect(isEverything({ ...EVERYTHING, to: '2030-01-31' })).toBe(false);
  });

  it('wants the rows that the API would give', () => {
    const noon = new Date(2030, 0, 31, 12).toISOString();
    const row = rowOf(1, { type: 'consume', source_type: 'tts', created_at: noon });
    const wants = (filter: Partial<typeof EVERYTHING>) =>
      isWanted(row, { ...EVERYTHING, ...filter });
    expect(wants({})).toBe(true);
    expect(wants({ type: 'consume', business: 'tts' })).toBe(true);
    expect(wants({ type: 'refund' })).toBe(false);
    expect(wants({ business: 'video' })).toBe(false);
    expect(wants({ from: '2030-01-31', to: '2030-01-31' })).toBe(true);
    expect(wants({ from: '2030-02-01' })).toBe(false);
    expect(wants({ to: '2030-01-30' })).toBe(false);
  });
});
