import { TIME_MAX } from '#contracts';
import { addDays, nextDay, formatDay, daysBetween, isCalendarDay, startOfDay } from './days.js';

describe('a day', () => {
  it('is valid only if the calendar has it', () => {
    expect(['2030-01-31', '2032-02-29'].map(isCalendarDay)).toEqual([true, true]);
    expect(['2030-02-29', '2030-13-01', '31.1.2030', ''].map(isCalendarDay)).toEqual(
      Array(4).fill(false),
    );
  });

  it('starts at midnight in the reader’s time zone', () => {
    expect(startOfDay('2030-01-31')).toBe(new Date(2030, 0, 31, 0, 0, 0).toISOString());
    expect(formatDay(new Date(2030, 0, 31, 23, 59))).toBe('2030-01-31');
  });

  it('has a predecessor and a successor across months and years', () => {
    expect(nextDay('2030-12-31')).toBe('2031-01-01');
    expect(addDays('2030-03-01', -1)).toBe('2030-02-28');
  });

  it('is accepted in the years 1000 to 9999', () => {
    expect(['1000-01-01', '9999-12-31'].map(isCalendarDay)).toEqual([true, true]);
    expect(['0000-01-01', '0099-05-05', '0999-12-31', '10000-01-01'].map(isCalendarDay)).toEqual(
      Array(4).fill(false),
    );
    const end = startOfDay(nextDay('9999-12-31'));
    expect([end.slice(0, 11), end <= TIME_MAX]).toEqual(['9999-12-31T', true]);
  });

  it('is counted correctly across daylight saving time', () => {
    expect(daysBetween('2030-01-01', '2031-01-01')).toBe(365);
    expect(daysBetween('2030-03-01', '2030-03-01')).toBe(0);
    expect(daysBetween('9999-12-31', '10000-01-01')).toBe(1);
  });
});
