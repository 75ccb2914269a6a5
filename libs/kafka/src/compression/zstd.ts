import { ZSTDDecoder } from 'zstddec';
import { DecompressionError } from './decompression-error.js';

// The reference implementation, compiled to WebAssembly. It decompresses into memory of a given size,
// stops at its end, and checks every frame.

/** A batch that needs more is decompressed again with all the memory that is allowed. */
const RATIO_GUESSED = 16;
const GUESSED_BYTES_MIN = 1024 * 1024;

const decoder = new ZSTDDecoder();

export async function decompressZstd(bytes: Uint8Array, bytesMax: number): Promise<Buffer> {
  await decoder.init();
  const guessedBytes = Math.max(GUESSED_BYTES_MIN, RATIO_GUESSED * bytes.length);
  for (const outputBytes of guessedBytes < bytesMax ? [guessedBytes, bytesMax] : [bytesMax]) {
    // On an error there are no bytes; every message batch has some.
    const decompressed = decoder.decode(bytes, outputBytes);
    if (decompressed.length > 0) {
      return Buffer.from(decompressed.buffer, decompressed.byteOffset, decompressed.length);
    }
  }
  throw new DecompressionError(
    `its zstd is damaged, or decompresses to more than ${bytesMax} bytes`,
  );
}
