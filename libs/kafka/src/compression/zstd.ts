import { ZSTDDecoder } from 'zstddec';
import { DecompressionError } from './decompression-error.js';

// The reference implementation, compiled to WebAssembly: it unpacks in one go into memory of a given
// size and stops at its end, and it checks every frame.

/** What is longer is tried once more with all that is allowed. */
const RATIO_GUESSED = 16;
const GUESSED_BYTES_MIN = 1024 * 1024;

const decoder = new ZSTDDecoder();

export async function decompressZstd(bytes: Uint8Array, bytesMax: number): Promise<Buffer> {
  await decoder.init();
  const guessedBytes = Math.max(GUESSED_BYTES_MIN, RATIO_GUESSED * bytes.length);
  for (const outputBytes of guessedBytes < bytesMax ? [guessedBytes, bytesMax] : [bytesMax]) {
    // An error gives no bytes. No batch of messages has none.
    const decompressed = decoder.decode(bytes, outputBytes);
    if (decompressed.length > 0) {
      return Buffer.from(decompressed.buffer, decompressed.byteOffset, decompressed.length);
    }
  }
  throw new DecompressionError(`its zstd is damaged, or unpacks to more than ${bytesMax} bytes`);
}
