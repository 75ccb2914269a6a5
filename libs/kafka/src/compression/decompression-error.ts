/** The bytes are damaged, or there are more of them than may be: they are left as they are. */
export class DecompressionError extends Error {
  override readonly name = 'CannotUnpack';
}

export const tooLargeError = (bytesMax: number): DecompressionError =>
  new DecompressionError(`it unpacks to more than ${bytesMax} bytes`);
