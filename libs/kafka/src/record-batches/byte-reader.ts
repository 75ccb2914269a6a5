/** The bytes do not have the format that they should have. */
export class MalformedRecordsError extends Error {
  override readonly name = 'Malformed';
}

const VARINT_BYTES_MAX = 5;
const VARLONG_BYTES_MAX = 10;

/** Reads Kafka's primitive types, one after the other, and never beyond `end`. */
export class ByteReader {
  constructor(
    readonly bytes: Buffer,
    public position = 0,
    readonly end = bytes.length,
  ) {}

  int8(): number {
    return this.bytes.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.#advance(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.#advance(8));
  }

  /** The length is an int16; -1 stands for null. */
  nullableString(): string | null {
    const length = this.int16();
    if (length === -1) return null;
    return this.take(length).toString('utf8');
  }

  take(length: number): Buffer {
    const from = this.#advance(length);
    return this.bytes.subarray(from, from + length);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  /** ZigZag encoding, seven bits to a byte, for numbers of 32 bits. */
  varInt(): number {
    // Nearly all numbers have one byte.
    const first = this.position < this.end ? (this.bytes[this.position] as number) : 0x80;
    if (first < 0x80) {
      this.position++;
      return (first >>> 1) ^ -(first & 1);
    }
    const value = this.#zigZag(VARINT_BYTES_MAX);
    if (value > 0x7fff_ffff || value < -0x8000_0000)
      throw new MalformedRecordsError('a number is too large');
    return value;
  }

  /** A number of more than 53 bits is rounded. */
  varLong(): number {
    return this.#zigZag(VARLONG_BYTES_MAX);
  }

  /** The length is a varint; -1 stands for null. */
  varField(): Buffer | null {
    const length = this.varInt();
    return length === -1 ? null : this.take(length);
  }

  #zigZag(bytesMax: number): number {
    let value = 0;
    let unit = 1;
    for (let read = 0; read < bytesMax && this.position < this.end; read++) {
      const byte = this.bytes[this.position++] as number;
      value += (byte & 0x7f) * unit;
      unit *= 128;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new MalformedRecordsError('a number has no end');
  }

  #advance(length: number): number {
    const from = this.position;
    if (length < 0 || from + length > this.end) throw new MalformedRecordsError('it is cut short');
    this.position = from + length;
    return from;
  }
}
