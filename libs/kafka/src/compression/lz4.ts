import { DecompressionError, tooLargeError } from './decompression-error.js';
import { copyOverlapping } from './copy-overlapping.js';

// https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md. Checksums are
// not checked: a message batch has one that covers all of its bytes.

const FRAME = 0x184d2204;
const SKIPPABLE = 0x184d2a50;
const VERSION = 1;
const UNCOMPRESSED = 0x8000_0000;
const MATCH_BYTES_MIN = 4;
const START_BYTES = 64 * 1024;

export function decompressLz4(bytes: Uint8Array, bytesMax: number): Buffer {
  const compressed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = new Output(
    bytesMax,
    Math.min(bytesMax, Math.max(START_BYTES, 4 * compressed.length)),
  );
  let at = 0;
  while (at < compressed.length) at = readFrame(compressed, at, out);
  return out.written;
}

/** Returns where the next frame begins. */
function readFrame(compressed: Buffer, from: number, out: Output): number {
  const magic = uint32(compressed, from);
  if ((magic & 0xffff_fff0) >>> 0 === SKIPPABLE) return from + 8 + uint32(compressed, from + 4);
  if (magic !== FRAME || from + 7 > compressed.length) throw damagedError();
  const flags = compressed[from + 4] as number;
  if (flags >> 6 !== VERSION) throw damagedError();
  const [hasBlockSums, hasSize, hasSum, hasDictionary] = [
    flags & 16,
    flags & 8,
    flags & 4,
    flags & 1,
  ];
  if (hasDictionary) throw new DecompressionError('its lz4 needs a dictionary');
  let at = from + 6 + (hasSize ? 8 : 0) + 1;
  // A block may refer to earlier blocks of its frame.
  const frameStart = out.length;
  for (;;) {
    const size = uint32(compressed, at);
    at += 4;
    if (size === 0) return at + (hasSum ? 4 : 0);
    const length = size % UNCOMPRESSED;
    if (at + length > compressed.length) throw damagedError();
    const block = compressed.subarray(at, at + length);
    if (size >= UNCOMPRESSED) out.add(block, 0, length);
    else readBlock(block, out, frameStart);
    at += length + (hasBlockSums ? 4 : 0);
  }
}

function readBlock(block: Buffer, out: Output, frameStart: number): void {
  let at = 0;
  /** A length of 15 continues in the following bytes, up to the first that is not 255. */
  const lengthOf = (initial: number): number => {
    let length = initial;
    if (initial < 15) return length;
    for (;;) {
      if (at >= block.length) throw damagedError();
      const byte = block[at++] as number;
      length += byte;
      if (byte < 255) return length;
    }
  };
  while (at < block.length) {
    const token = block[at++] as number;
    const literals = lengthOf(token >> 4);
    if (at + literals > block.length) throw damagedError();
    out.add(block, at, at + literals);
    at += literals;
    // The last sequence has literals only.
    if (at === block.length) return;
    if (at + 2 > block.length) throw damagedError();
    const distance = block.readUInt16LE(at);
    at += 2;
    if (distance === 0 || distance > out.length - frameStart) throw damagedError();
    out.repeat(distance, lengthOf(token & 15) + MATCH_BYTES_MIN);
  }
}

/** A buffer that grows up to a limit. */
class Output {
  #bytes: Buffer;
  #length = 0;

  constructor(
    private readonly bytesMax: number,
    startBytes: number,
  ) {
    this.#bytes = Buffer.allocUnsafe(startBytes);
  }

  get length(): number {
    return this.#length;
  }

  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  add(from: Buffer, begin: number, end: number): void {
    this.#grow(end - begin);
    from.copy(this.#bytes, this.#length, begin, end);
    this.#length += end - begin;
  }

  repeat(distance: number, count: number): void {
    this.#grow(count);
    copyOverlapping(this.#bytes, this.#length, distance, count);
    this.#length += count;
  }

  #grow(count: number): void {
    const needed = this.#length + count;
    if (needed > this.bytesMax) throw tooLargeError(this.bytesMax);
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(
      Math.min(this.bytesMax, Math.max(needed, 2 * this.#bytes.length)),
    );
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

function uint32(compressed: Buffer, at: number): number {
  if (at + 4 > compressed.length) throw damagedError();
  return compressed.readUInt32LE(at);
}

const damagedError = (): DecompressionError => new DecompressionError('its lz4 is damaged');
