import fc from 'fast-check';
import {
  isDue,
  isOnCalendar,
  later,
  midnightAtOrAfter,
  epochMs,
  plusDays,
  plusSeconds,
  isoTime,
} from './time.js';

describe('a time', () => {
  it('is converted as Date.parse and toISOString do', () => {
    const range = {
      min: new Date('0000-01-01T00:00:00.000Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
    };
    fc.assert(
      fc.property(fc.date({ ...range, noInvalidDate: true }), (date) => {
        const time = date.toISOString();
        expect(epochMs(time)).toBe(Date.parse(time));
        expect(isoTime(epochMs(time))).toBe(time);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    '0000-02-29T23:59:59.999Z',
    '2028-02-29T23:59:59.999Z',
    '2029-12-31T23:59:59.001Z',
    '2100-02-28T00:00:00.010Z',
  ])('is read in every digit: %s', (time) => {
    expect(epochMs(time)).toBe(Date.parse(time));
  });

  it('is read by itself, whatever was read before it on the same day, and in the same place', () => {
    const times = [
      '2030-01-01T23:59:59.999Z',
      '2030-01-01T00:00:00.000Z',
      '2030-11-01T00:00:00.000Z',
    ];
    for (const time of [...times, ...times]) expect(epochMs(time)).toBe(Date.parse(time));
  });

  it('is moved by days and seconds over the ends of months and years', () => {
    expect(plusDays('2028-02-28T12:00:00.005Z', 2)).toBe('2028-03-01T12:00:00.005Z');
    expect(plusDays('2030-12-31T00:00:00.000Z', 1)).toBe('2031-01-01T00:00:00.000Z');
    expect(plusSeconds('2030-12-31T23:59:59.999Z', 1)).toBe('2031-01-01T00:00:00.999Z');
  });

  it('is followed by the first midnight at or after it', () => {
    expect(midnightAtOrAfter('2030-01-01T00:00:00.000Z')).toBe('2030-01-01T00:00:00.000Z');
    expect(midnightAtOrAfter('2030-01-01T00:00:00.001Z')).toBe('2030-01-02T00:00:00.000Z');
    expect(midnightAtOrAfter('2030-12-31T23:59:59.999Z')).toBe('2031-01-01T00:00:00.000Z');
  });

  it('is due from its very moment on, and never when it is none', () => {
    const due = '2030-01-01T00:00:00.000Z';
    expect(isDue(due, '2029-12-31T23:59:59.999Z')).toBe(false);
    expect(isDue(due, due)).toBe(true);
    expect(isDue(null, '9999-12-31T23:59:59.999Z')).toBe(false);
  });

  it.each(['2028-02-29', '2030-01-31', '2030-04-30', '2000-02-29'])('may be on %s', (date) => {
    expect(isOnCalendar(`${date}T23:59:59.999Z`)).toBe(true);
  });

  it.each(['2030-02-29', '2030-02-30', '2030-04-31', '2100-02-29'])('is never on %s', (date) => {
    expect(isOnCalendar(`${date}T23:59:59.999Z`)).toBe(false);
  });

  it('of two is the later one', () => {
    expect(later('', '2030-01-01T00:00:00.000Z')).toBe('2030-01-01T00:00:00.000Z');
    expect(later('2030-01-02T00:00:00.000Z', '2030-01-01T00:00:00.000Z')).toBe(
      '2030-01-02T00:00:00.000Z',
    );
  });
});
