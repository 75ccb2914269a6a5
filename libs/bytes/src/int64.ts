const TWO_TO_32 = 2 ** 32;

/**
 * Writes a safe integer as 64 bits, the highest first. Two halves cost much less than a BigInt.
 */
export function writeInt64(view: DataView, at: number, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
  const high = Math.floor(value / TWO_TO_32);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * TWO_TO_32);
}
