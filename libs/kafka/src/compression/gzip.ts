import { gunzip } from 'node:zlib';
import { CannotUnpack, tooLarge } from './decompression-error.js';

/** Stops at the limit while it unpacks. */
export function unpackGzip(bytes: Uint8Array, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: bytesMax }, (error, unpacked) => {
      if (error === null) resolve(unpacked);
      else if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge(bytesMax));
      else reject(new CannotUnpack(`its gzip is damaged: ${error.message}`));
    });
  });
}
