import fc from 'fast-check';
import { TIME_MAX, TIME_MIN, timeFromMs, normalizeTime } from './time.js';

describe('an RFC 3339 time', () => {
  it.each([
    ['2030-01-31T00:00:00.000Z', '2030-01-31T00:00:00.000Z'],
    ['2030-01-31T00:00:00Z', '2030-01-31T00:00:00.000Z'],
    ['2030-01-31t00:00:00z', '2030-01-31T00:00:00.000Z'],
    ['2030-01-31T00:00:00.5Z', '2030-01-31T00:00:00.500Z'],
    ['2030-01-31T08:00:00+08:00', '2030-01-31T00:00:00.000Z'],
    ['2030-01-31T00:00:00-00:00', '2030-01-31T00:00:00.000Z'],
    ['2030-12-31T23:30:00-05:30', '2031-01-01T05:00:00.000Z'],
    ['2028-02-29T12:00:00+23:59', '2028-02-28T12:01:00.000Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z'],
    ['0000-12-31T23:00:00-01:00', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999Z'],
  ])('converts %s to %s', (text, instant) => {
    expect(normalizeTime(text)).toBe(instant);
  });

  it('is cut to milliseconds, not rounded', () => {
    expect(normalizeTime('2030-01-31T23:59:59.999999999Z')).toBe('2030-01-31T23:59:59.999Z');
    expect(normalizeTime('1969-12-31T23:59:59.0009+01:00')).toBe('1969-12-31T22:59:59.000Z');
  });

  it.each([
    ['a day that no month has', '2030-02-30T00:00:00Z'],
    ['February 29 of a common year', '2030-02-29T00:00:00.000Z'],
    ['month 13', '2030-13-01T00:00:00Z'],
    ['hour 24', '2030-01-31T24:00:00Z'],
    ['minute 60', '2030-01-31T00:60:00.000Z'],
    ['a leap second', '2030-12-31T23:59:60Z'],
    ['no offset', '2030-01-31T00:00:00'],
    ['no time of day', '2030-01-31'],
    ['an offset of 24 hours', '2030-01-31T00:00:00+24:00'],
    ['an offset without a colon', '2030-01-31T00:00:00+0800'],
    ['a space for the T', '2030-01-31 00:00:00Z'],
    ['a dot without digits', '2030-01-31T00:00:00.Z'],
    ['a comma', '2030-01-31T00:00:00,5Z'],
    ['a year of five digits', '+12030-01-31T00:00:00Z'],
    ['a year that UTC puts at 10000', '9999-12-31T23:59:59-01:00'],
    ['the year 0', '0000-06-01T00:00:00Z'],
    ['the last moment of the year 0', '0000-12-31T23:59:59.999Z'],
    ['a year that UTC puts at 0', '0001-01-01T00:00:00+14:00'],
    ['a year that UTC puts before 0', '0000-01-01T00:00:00+01:00'],
    ['a line break behind it', '2030-01-31T00:00:00Z\n'],
    ['space around it', ' 2030-01-31T00:00:00Z '],
    ['digits of another script', '２０３０-01-31T00:00:00Z'],
    ['nothing', ''],
  ])('is invalid with %s', (_, text) => {
    expect(normalizeTime(text)).toBeNull();
  });

  it('is made from milliseconds between the first and the last valid time', () => {
    const [min, max] = [Date.parse(TIME_MIN), Date.parse(TIME_MAX)];
    expect([min, 0, max].map(timeFromMs)).toEqual([TIME_MIN, '1970-01-01T00:00:00.000Z', TIME_MAX]);
    for (const ms of [min - 1, max + 1, NaN, Infinity, -Infinity, 2 ** 63]) {
      expect(timeFromMs(ms)).toBeNull();
    }
  });

  it('means the same time with every offset', () => {
    const offset = fc.integer({ min: -1439, max: 1439 });
    const moment = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9998-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moment, offset, (date, minutes) => {
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        const [hour, minute] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const sign = minutes < 0 ? '-' : '+';
        const inDigits = (value: number): string => String(value).padStart(2, '0');
        const text = `${local}${sign}${inDigits(hour)}:${inDigits(minute)}`;
        expect(normalizeTime(text)).toBe(date.toISOString());
      }),
    );
  });

  it('never makes the parser throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const instant = normalizeTime(text);
        return instant === null || new Date(instant).toISOString() === instant;
      }),
    );
  });
});
