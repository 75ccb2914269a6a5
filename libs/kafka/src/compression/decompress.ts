import { CannotUnpack } from './decompression-error.js';
import { unpackGzip } from './gzip.js';
import { unpackLz4 } from './lz4.js';
import { unpackSnappy } from './snappy.js';
import { unpackZstd } from './zstd.js';

/** How the records of a batch are packed, by the numbers that the protocol gives them. */
export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export type Unpack = (bytes: Uint8Array, bytesMax: number) => Buffer | Promise<Buffer>;

const unpackers: readonly (Unpack | undefined)[] = [
  undefined,
  unpackGzip,
  unpackSnappy,
  unpackLz4,
  unpackZstd,
];

export const codecName = (codec: number): string => CODECS[codec] ?? `codec ${codec}`;

/** Rejects with CannotUnpack; never gives, nor makes on the way, more than `bytesMax` bytes. */
export async function unpack(codec: number, bytes: Buffer, bytesMax: number): Promise<Buffer> {
  if (codec === 0) return bytes;
  const unpackBytes = unpackers[codec];
  if (unpackBytes === undefined)
    throw new CannotUnpack(`it is packed with ${codecName(codec)}, which is unknown`);
  return unpackBytes(bytes, bytesMax);
}
