const START_BYTES = 4_096;

/** Writes Kafka's primitive types, one after the other, into a buffer that grows. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(START_BYTES);
  #at = 0;

  /** It is valid until more is written. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  get length(): number {
    return this.#at;
  }

  /** Starts again in the same buffer. */
  reset(): void {
    this.#at = 0;
  }

  int8(value: number): this {
    this.#ensureCapacity(1);
    this.#at = this.#bytes.writeInt8(value, this.#at);
    return this;
  }

  int16(value: number): this {
    this.#ensureCapacity(2);
    this.#at = this.#bytes.writeInt16BE(value, this.#at);
    return this;
  }

  int32(value: number): this {
    this.#ensureCapacity(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
    return this;
  }

  uint32(value: number): this {
    this.#ensureCapacity(4);
    this.#at = this.#bytes.writeUInt32BE(value, this.#at);
    return this;
  }

  int64(value: bigint): this {
    this.#ensureCapacity(8);
    this.#at = this.#bytes.writeBigInt64BE(value, this.#at);
    return this;
  }

  /** ZigZag encoding, seven bits to a byte. */
  varInt(value: number): this {
    this.#ensureCapacity(5);
    let rest = (value << 1) ^ (value >> 31);
    while ((rest & ~0x7f) !== 0) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#ensureCapacity(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  /** The length is a varint; null has the length -1. */
  varField(value: string | Uint8Array | null): this {
    if (value === null) return this.varInt(-1);
    if (typeof value !== 'string') return this.varInt(value.length).bytes(value);
    const length = Buffer.byteLength(value);
    return this.varInt(length).#text(value, length);
  }

  /** The length is an int16; null has the length -1. */
  nullableString(value: string | null): this {
    if (value === null) return this.int16(-1);
    const length = Buffer.byteLength(value);
    return this.int16(length).#text(value, length);
  }

  /** Nearly all text is ASCII, where Latin-1 gives the same bytes and is faster to write. */
  #text(value: string, length: number): this {
    this.#ensureCapacity(length);
    this.#at += this.#bytes.write(value, this.#at, length === value.length ? 'latin1' : 'utf8');
    return this;
  }

  #ensureCapacity(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
