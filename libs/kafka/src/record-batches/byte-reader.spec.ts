import fc from 'fast-check';
import { ByteReader, MalformedRecordsError } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = fc.uint8Array({ maxLength: 300 }).map((of) => Buffer.from(of));

describe('the reader of bytes', () => {
  it('reads what the writer of bytes wrote', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -128, max: 127 }),
        fc.integer({ min: -0x8000, max: 0x7fff }),
        int32,
        int64,
        int32,
        fc.option(fc.string({ unit: 'grapheme', maxLength: 50 })),
        fc.option(bytes),
        (small, short, int, long, variable, text, field) => {
          const writer = new ByteWriter();
          writer.int8(small).int16(short).int32(int).int64(long).varInt(variable);
          writer.nullableString(text).varField(field);
          const reader = new ByteReader(Buffer.from(writer.written));
          const read = [reader.int8(), reader.int16(), reader.int32(), reader.int64()];
          expect([...read, reader.varInt()]).toEqual([small, short, int, long, variable]);
          expect(reader.nullableString()).toBe(text);
          expect(reader.varField()).toEqual(field);
          expect(reader.position).toBe(reader.end);
        },
      ),
    );
  });

  it('does not read beyond its end', () => {
    const reader = new ByteReader(Buffer.alloc(8), 0, 3);
    expect(() => reader.int32()).toThrow(MalformedRecordsError);
    expect(() => reader.take(4)).toThrow(MalformedRecordsError);
    expect(() => reader.skip(-1)).toThrow(MalformedRecordsError);
    expect(reader.take(3)).toHaveLength(3);
    expect(() => reader.varInt()).toThrow(MalformedRecordsError);
  });

  it('refuses a varint that is too long or too large', () => {
    expect(() => new ByteReader(Buffer.alloc(20, 0xff)).varInt()).toThrow(MalformedRecordsError);
    const large = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7f]);
    expect(() => new ByteReader(large).varInt()).toThrow('a number is too large');
    expect(new ByteReader(large).varLong()).toBeLessThan(-0x8000_0000);
  });

  it('trusts no length of a field', () => {
    const writer = new ByteWriter();
    writer.varInt(1_000);
    expect(() => new ByteReader(Buffer.from(writer.written)).varField()).toThrow(
      MalformedRecordsError,
    );
  });
});
