import { daysUntil, formatLocalDay, formatLocalTime } from './time.js';

describe('an instant', () => {
  const instant = new Date(2030, 0, 31, 0, 5, 9).toISOString();

  it('is formatted in the reader’s time zone', () => {
    expect(formatLocalTime(instant)).toBe('2030-01-31 00:05:09');
    expect(formatLocalDay(instant)).toBe('2030-01-31');
  });

  it.each(['0001-01-01T00:00:00.000Z', '2285-06-04T23:47:34.741Z', '9999-12-31T23:59:59.999Z'])(
    'is formatted completely at the limits: %s',
    (extreme) => {
      expect(formatLocalTime(extreme)).toMatch(/^\d{4,5}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      expect(formatLocalDay(extreme)).toMatch(/^\d{4,5}-\d\d-\d\d$/);
      expect(Number.isInteger(daysUntil(extreme, Date.parse(instant)))).toBe(true);
    },
  );

  it('is counted in calendar days, whatever the time of day', () => {
    const late = new Date(2030, 0, 30, 23, 59).getTime();
    expect(daysUntil(instant, late)).toBe(1);
    expect(daysUntil(instant, new Date(2030, 0, 31, 23, 0).getTime())).toBe(0);
    expect(daysUntil(instant, new Date(2030, 1, 2).getTime())).toBe(-2);
  });
});
