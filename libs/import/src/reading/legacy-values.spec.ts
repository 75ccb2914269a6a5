import { asRead, batchNumber, wholeNumber } from './legacy-number.js';
import { parseLegacyTime } from './legacy-time.js';

describe('A time of the old tables', () => {
  const SHANGHAI = 'Asia/Shanghai';
  const NEW_YORK = 'America/New_York';

  it.each([
    ['2026-01-02 03:04:05.123456+00', undefined, '2026-01-02T03:04:05.123456Z'],
    ['2026-01-02 03:04:05+00', undefined, '2026-01-02T03:04:05.000000Z'],
    ['2026-01-02 03:04:05.1+08', undefined, '2026-01-01T19:04:05.100000Z'],
    ['2026-01-02 03:04:05.1-03:30', undefined, '2026-01-02T06:34:05.100000Z'],
    ['1900-01-01 00:00:00+08:05:43', undefined, '1899-12-31T15:54:17.000000Z'],
    ['2026-01-02T03:04:05.123456789Z', undefined, '2026-01-02T03:04:05.123456Z'],
    ['2026-01-02 03:04:05.5', 'UTC', '2026-01-02T03:04:05.500000Z'],
    ['2026-01-02 03:04:05.5', '+08:00', '2026-01-01T19:04:05.500000Z'],
    ['2026-01-02 03:04:05.000001', SHANGHAI, '2026-01-01T19:04:05.000001Z'],
    ['1990-07-01 00:00:00', SHANGHAI, '1990-06-30T15:00:00.000000Z'],
    ['2026-07-01 00:00:00', NEW_YORK, '2026-07-01T04:00:00.000000Z'],
    // Twice on the clocks: the second time. Left out: as before the change. Both as Postgres has it.
    ['2026-11-01 01:30:00', NEW_YORK, '2026-11-01T06:30:00.000000Z'],
    ['2026-03-08 02:30:00', NEW_YORK, '2026-03-08T07:30:00.000000Z'],
    ['2026-01-02', 'UTC', '2026-01-02T00:00:00.000000Z'],
    ['0001-01-01 00:00:00+00', undefined, '0001-01-01T00:00:00.000000Z'],
    ['9999-12-31 23:59:59.999999+00', undefined, '9999-12-31T23:59:59.999999Z'],
  ])('%s in %s is %s', (text, zone, expected) => {
    expect(parseLegacyTime(text, zone)).toMatchObject({ kind: 'time', utc: expected });
  });

  it('has the milliseconds of its text, cut', () => {
    expect(parseLegacyTime('2026-01-02 03:04:05.123999+00', undefined)).toEqual({
      kind: 'time',
      utc: '2026-01-02T03:04:05.123999Z',
      ms: Date.parse('2026-01-02T03:04:05.123Z'),
    });
  });

  it('lasts to the end of a day where it is one', () => {
    const time = parseLegacyTime('2026-02-28', 'UTC', { lasts: true });
    expect(time).toMatchObject({ utc: '2026-03-01T00:00:00.000000Z' });
  });

  it.each([
    [null, 'none'],
    ['', 'none'],
    ['yesterday', 'none'],
    ['0044-03-15 00:00:00+00 BC', 'none'],
    ['-infinity', 'none'],
    ['2026-02-30 00:00:00+00', 'none'],
    ['0001-01-01 00:00:00+08', 'none'],
    ['infinity', 'infinity'],
    ['10000-01-01 00:00:00+00', 'late'],
    ['9999-12-31 23:59:59-08', 'late'],
    ['2026-01-02 03:04:05', 'no zone'],
  ])('%p is none that can be read: %s', (text, kind) => {
    expect(parseLegacyTime(text, undefined).kind).toBe(kind);
  });
});

describe('A number of the old tables', () => {
  it.each([
    ['0', 0, 0],
    ['-5', -5, -5],
    ['5.000', 5, 5],
    ['2147483647', 2147483647, 2147483647],
    ['2147483648', 2147483648, null],
    ['1.5', 1.5, null],
    ['NaN', 'NaN', null],
    ['Infinity', 'Infinity', null],
    ['-Infinity', '-Infinity', null],
    ['five', 'NaN', null],
    ['', 'NaN', null],
    [null, null, null],
  ])('%p is kept as %p, and is the whole number %p', (text, kept, whole) => {
    expect(asRead(text)).toBe(kept);
    expect(wholeNumber(text)).toBe(whole);
  });

  it.each([
    ['1', 1],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', null],
    ['0', null],
    ['-1', null],
    ['6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60', null],
  ])('%s names the batch %p', (text, number) => {
    expect(batchNumber(text)).toBe(number);
  });
});
