import { DecompressionError } from './decompression-error.js';
import { decompressGzip } from './gzip.js';
import { decompressLz4 } from './lz4.js';
import { decompressSnappy } from './snappy.js';
import { decompressZstd } from './zstd.js';

/** Indexed by the numbers of the protocol. */
export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export type Decompressor = (bytes: Uint8Array, bytesMax: number) => Buffer | Promise<Buffer>;

const decompressors: readonly (Decompressor | undefined)[] = [
  undefined,
  decompressGzip,
  decompressSnappy,
  decompressLz4,
  decompressZstd,
];

export const codecName = (codec: number): string => CODECS[codec] ?? `codec ${codec}`;

/** Rejects with a DecompressionError, and never allocates more than `bytesMax` bytes for the result. */
export async function decompress(codec: number, bytes: Buffer, bytesMax: number): Promise<Buffer> {
  if (codec === 0) return bytes;
  const decompressor = decompressors[codec];
  if (decompressor === undefined)
    throw new DecompressionError(`it is compressed with ${codecName(codec)}, which is unknown`);
  return decompressor(bytes, bytesMax);
}
