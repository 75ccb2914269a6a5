import { CannotUnpack, tooLarge } from './decompression-error.js';
import { copyWithin } from './copy-overlapping.js';

// https://github.com/google/snappy/blob/main/format_description.txt. The Java client puts blocks
// behind a header of its own ("xerial framing"); all others send one block and nothing before it.

const XERIAL_MAGIC = Buffer.from('\x82SNAPPY\x00', 'latin1');
/** The magic, and the versions of who wrote it and of who can read it. */
const XERIAL_HEADER_BYTES = XERIAL_MAGIC.length + 4 + 4;
const LENGTH_BYTES_MAX = 5;

export function unpackSnappy(bytes: Uint8Array, bytesMax: number): Buffer {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    return unpackBlock(packed, bytesMax, bytesMax);
  }
  const blocks: Buffer[] = [];
  let left = bytesMax;
  for (let at = XERIAL_HEADER_BYTES; at < packed.length;) {
    if (at + 4 > packed.length) throw damaged();
    const length = packed.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > packed.length) throw damaged();
    const block = unpackBlock(packed.subarray(at, at + length), left, bytesMax);
    blocks.push(block);
    left -= block.length;
    at += length;
  }
  return Buffer.concat(blocks);
}

function unpackBlock(packed: Buffer, bytesLeft: number, bytesMax: number): Buffer {
  const { length, at: begin } = readLength(packed);
  if (length > bytesLeft) throw tooLarge(bytesMax);
  const out = Buffer.allocUnsafe(length);
  let at = begin;
  let written = 0;
  while (at < packed.length) {
    const tag = packed[at++] as number;
    if ((tag & 3) === 0) {
      const { count, next } = literalLength(packed, tag, at);
      at = next + count;
      if (at > packed.length || written + count > length) throw damaged();
      written += packed.copy(out, written, next, at);
    } else {
      const { count, distance, next } = copyOf(packed, tag, at);
      at = next;
      if (at > packed.length || written + count > length) throw damaged();
      if (distance === 0 || distance > written) throw damaged();
      copyWithin(out, written, distance, count);
      written += count;
    }
  }
  if (written !== length) throw damaged();
  return out;
}

function readLength(packed: Buffer): { length: number; at: number } {
  let length = 0;
  for (let at = 0; at < LENGTH_BYTES_MAX && at < packed.length; at++) {
    const byte = packed[at] as number;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { length, at: at + 1 };
  }
  throw damaged();
}

function literalLength(packed: Buffer, tag: number, at: number): { count: number; next: number } {
  const short = tag >> 2;
  if (short < 60) return { count: short + 1, next: at };
  const bytes = short - 59;
  if (at + bytes > packed.length) throw damaged();
  return { count: packed.readUIntLE(at, bytes) + 1, next: at + bytes };
}

function copyOf(packed: Buffer, tag: number, at: number) {
  const bytes = [0, 1, 2, 4][tag & 3] as number;
  if (at + bytes > packed.length) throw damaged();
  if (bytes === 1) {
    const distance = ((tag >> 5) << 8) | (packed[at] as number);
    return { count: ((tag >> 2) & 7) + 4, distance, next: at + 1 };
  }
  return { count: (tag >> 2) + 1, distance: packed.readUIntLE(at, bytes), next: at + bytes };
}

const damaged = (): CannotUnpack => new CannotUnpack('its snappy is damaged');
