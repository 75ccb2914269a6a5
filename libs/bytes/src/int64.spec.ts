import fc from 'fast-check';
import { writeInt64 } from './int64.js';

function written(value: number): Buffer {
  const bytes = Buffer.alloc(8, 0xee);
  writeInt64(new DataView(bytes.buffer, bytes.byteOffset, 8), 0, value);
  return bytes;
}

describe('writeInt64', () => {
  it('writes every safe integer as the server of a database reads it', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(Number(written(value).readBigInt64BE())).toBe(value);
      }),
    );
  });

  it.each([0, 1, -1, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER])(
    'writes %d',
    (value) => {
      expect(written(value).readBigInt64BE()).toBe(BigInt(value));
    },
  );

  it.each([0.5, 2 ** 53, Number.NaN, Infinity])('rejects %d', (value) => {
    expect(() => written(value)).toThrow(RangeError);
    expect(() => written(value)).toThrow('is not a safe integer');
  });
});
