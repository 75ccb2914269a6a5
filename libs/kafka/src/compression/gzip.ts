import { gunzip } from 'node:zlib';
import { DecompressionError, tooLargeError } from './decompression-error.js';

/** It stops at the limit while it decompresses. */
export function decompressGzip(bytes: Uint8Array, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: bytesMax }, (error, decompressed) => {
      if (error === null) resolve(decompressed);
      else if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
        reject(tooLargeError(bytesMax));
      else reject(new DecompressionError(`its gzip is damaged: ${error.message}`));
    });
  });
}
