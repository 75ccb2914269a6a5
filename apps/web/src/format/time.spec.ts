import { daysUntil, inLocalDay, inLocalTime } from './time.js';

describe('an instant', () => {
  const instant = new Date(2030, 0, 31, 0, 5, 9).toISOString();

  it('is read in the zone of the reader', () => {
    expect(inLocalTime(instant)).toBe('2030-01-31 00:05:09');
    expect(inLocalDay(instant)).toBe('2030-01-31');
  });

  it('is so many days of the calendar away, whatever the time of day', () => {
    const late = new Date(2030, 0, 30, 23, 59).getTime();
    expect(daysUntil(instant, late)).toBe(1);
    expect(daysUntil(instant, new Date(2030, 0, 31, 23, 0).getTime())).toBe(0);
    expect(daysUntil(instant, new Date(2030, 1, 2).getTime())).toBe(-2);
  });
});
