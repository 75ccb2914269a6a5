/** The bytes are damaged, or there are more of them than may be: they are left as they are. */
export class CannotUnpack extends Error {
  override readonly name = 'CannotUnpack';
}

export const tooLarge = (bytesMax: number): CannotUnpack =>
  new CannotUnpack(`it unpacks to more than ${bytesMax} bytes`);
