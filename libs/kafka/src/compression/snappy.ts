import { DecompressionError, tooLargeError } from './decompression-error.js';
import { copyOverlapping } from './copy-overlapping.js';

// https://github.com/google/snappy/blob/main/format_description.txt. The Java client writes blocks
// after a header of its own ("xerial framing"); all other clients send one block without a header.

const XERIAL_MAGIC = Buffer.from('\x82SNAPPY\x00', 'latin1');
/** The magic, the writer's version, and the oldest version that can read it. */
const XERIAL_HEADER_BYTES = XERIAL_MAGIC.length + 4 + 4;
const LENGTH_BYTES_MAX = 5;

export function decompressSnappy(bytes: Uint8Array, bytesMax: number): Buffer {
  const compressed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!compressed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    return decompressBlock(compressed, bytesMax, bytesMax);
  }
  const blocks: Buffer[] = [];
  let left = bytesMax;
  for (let at = XERIAL_HEADER_BYTES; at < compressed.length;) {
    if (at + 4 > compressed.length) throw damagedError();
    const length = compressed.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > compressed.length) throw damagedError();
    const block = decompressBlock(compressed.subarray(at, at + length), left, bytesMax);
    blocks.push(block);
    left -= block.length;
    at += length;
  }
  return Buffer.concat(blocks);
}

function decompressBlock(compressed: Buffer, bytesLeft: number, bytesMax: number): Buffer {
  const { length, at: begin } = readLength(compressed);
  if (length > bytesLeft) throw tooLargeError(bytesMax);
  const out = Buffer.allocUnsafe(length);
  let at = begin;
  let written = 0;
  while (at < compressed.length) {
    const tag = compressed[at++] as number;
    if ((tag & 3) === 0) {
      const { count, next } = literalLength(compressed, tag, at);
      at = next + count;
      if (at > compressed.length || written + count > length) throw damagedError();
      written += compressed.copy(out, written, next, at);
    } else {
      const { count, distance, next } = copyOf(compressed, tag, at);
      at = next;
      if (at > compressed.length || written + count > length) throw damagedError();
      if (distance === 0 || distance > written) throw damagedError();
      copyOverlapping(out, written, distance, count);
      written += count;
    }
  }
  if (written !== length) throw damagedError();
  return out;
}

function readLength(compressed: Buffer): { length: number; at: number } {
  let length = 0;
  for (let at = 0; at < LENGTH_BYTES_MAX && at < compressed.length; at++) {
    const byte = compressed[at] as number;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { length, at: at + 1 };
  }
  throw damagedError();
}

function literalLength(
  compressed: Buffer,
  tag: number,
  at: number,
): { count: number; next: number } {
  const short = tag >> 2;
  if (short < 60) return { count: short + 1, next: at };
  const bytes = short - 59;
  if (at + bytes > compressed.length) throw damagedError();
  return { count: compressed.readUIntLE(at, bytes) + 1, next: at + bytes };
}

function copyOf(compressed: Buffer, tag: number, at: number) {
  const bytes = [0, 1, 2, 4][tag & 3] as number;
  if (at + bytes > compressed.length) throw damagedError();
  if (bytes === 1) {
    const distance = ((tag >> 5) << 8) | (compressed[at] as number);
    return { count: ((tag >> 2) & 7) + 4, distance, next: at + 1 };
  }
  return { count: (tag >> 2) + 1, distance: compressed.readUIntLE(at, bytes), next: at + bytes };
}

const damagedError = (): DecompressionError => new DecompressionError('its snappy is damaged');
