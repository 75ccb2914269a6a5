import fc from 'fast-check';
import {
  allocateTarget,
  bool,
  bytea,
  columnBytesMax,
  converted,
  float8,
  int2,
  int4,
  int8,
  jsonb,
  text,
  timestamptz,
  uuid,
  writeField,
  type BinaryType,
} from './binary-types.js';

/** The value without its length, which is checked; null for a null. */
function encoded<T>(type: BinaryType<T>, value: T | null): Buffer | null {
  const target = allocateTarget(columnBytesMax(type, [value], (row) => row));
  const end = writeField(type, target, value, 0);
  const length = target.bytes.readInt32BE(0);
  if (length < 0) {
    expect([length, end]).toEqual([-1, 4]);
    return null;
  }
  expect(end).toBe(4 + length);
  return target.bytes.subarray(4, end);
}

const hex = <T>(type: BinaryType<T>, value: T): string | undefined =>
  encoded(type, value)?.toString('hex');

describe('a value in binary form', () => {
  it('is a length of -1 and no bytes when it is null', () => {
    for (const type of [bool, int2, int4, int8, float8, timestamptz] as BinaryType<unknown>[]) {
      expect(encoded(type, null)).toBeNull();
    }
    expect(encoded(text, null)).toBeNull();
    expect(encoded(bytea, null)).toBeNull();
  });

  it.each([
    ['false', hex(bool, false), '00'],
    ['true', hex(bool, true), '01'],
    ['the smallest int2', hex(int2, -32_768), '8000'],
    ['the largest int4', hex(int4, 2 ** 31 - 1), '7fffffff'],
    ['an int8 below zero', hex(int8, -1), 'f'.repeat(16)],
    ['a float8', hex(float8, 12.5), '4029000000000000'],
    [
      'a uuid',
      hex(uuid, '6F1F2A53-2a8c-5c0a-9d0e-1b2c3d4e5f60'),
      '6f1f2a532a8c5c0a9d0e1b2c3d4e5f60',
    ],
    ['the time from which Postgres counts', hex(timestamptz, Date.UTC(2000)), '0'.repeat(16)],
    ['a millisecond before it', hex(timestamptz, Date.UTC(2000) - 1), 'fffffffffffffc18'],
    ['JSON behind its version', hex(jsonb, '[1]'), '015b315d'],
    ['bytes', hex(bytea, Uint8Array.of(1, 255)), '01ff'],
  ])('is right for %s', (_what, written, expected) => {
    expect(written).toBe(expected);
  });

  it('is UTF-8 for a text of any length and script', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'binary-ascii', maxLength: 200 }),
    );
    fc.assert(
      fc.property(anyText, (value) => {
        expect(encoded(text, value)).toEqual(Buffer.from(value, 'utf8'));
      }),
    );
  });

  it('is what Buffer makes of half a character beyond the basic plane', () => {
    for (const value of ['\ud83d', 'a\udc00b', '积\ud800']) {
      expect(encoded(text, value)).toEqual(Buffer.from(value, 'utf8'));
    }
  });

  it('counts microseconds exactly for every time in milliseconds', () => {
    const times = fc.integer({ min: Date.UTC(-4000, 0), max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(times, (ms) => {
        const micros = BigInt(ms - Date.UTC(2000)) * 1_000n;
        expect(encoded(timestamptz, ms)?.readBigInt64BE()).toBe(micros);
      }),
    );
  });

  it.each([
    ['an int2 of 17 bits', () => hex(int2, 32_768), '32768 is not an integer of 16 bits'],
    ['an int4 of 33 bits', () => hex(int4, 2 ** 31), '2147483648 is not an integer of 32 bits'],
    ['an int4 with a fraction', () => hex(int4, 0.5), '0.5 is not an integer of 32 bits'],
    ['an int8 beyond the safe integers', () => hex(int8, 2 ** 53), 'is not a safe integer'],
    ['a time that is no number', () => hex(timestamptz, Number.NaN), 'is not a time'],
    ['a uuid that is none', () => hex(uuid, 'x'), '"x" is not a UUID'],
  ])('does not exist for %s', (_what, encode, message) => {
    expect(encode).toThrow(message);
  });
});

describe('a type for converted values', () => {
  it('writes what the conversion gives, of a fixed length and of a variable one', () => {
    const points = converted(int4, (value: { readonly points: number }) => value.points);
    expect(hex(points, { points: 7 })).toBe('00000007');
    const upper = converted(text, (value: string) => value.toUpperCase());
    expect(encoded(upper, 'ß')).toEqual(Buffer.from('SS'));
  });
});
