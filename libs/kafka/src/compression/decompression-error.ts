/** The bytes are damaged, or decompress to more bytes than allowed. */
export class DecompressionError extends Error {
  override readonly name = 'CannotUnpack';
}

export const tooLargeError = (bytesMax: number): DecompressionError =>
  new DecompressionError(`it decompresses to more than ${bytesMax} bytes`);
