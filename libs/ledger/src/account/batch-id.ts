const { imul } = Math;

/**
 * The id of a batch: a positive whole number of 53 bits, mixed from what creates the batch, so that
 * it is the same at every replay and no counter has to be kept.
 */
export function batchIdOf(commandId: string, revision: number, expiresAt: string | null): number {
  const text = `${commandId}/${revision}/${expiresAt ?? 'never'}`;
  let low = 0x2545f491;
  let high = 0x9e3779b9;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    low = imul(low ^ code, 0x85ebca6b);
    low ^= low >>> 15;
    high = imul(high ^ code, 0xc2b2ae35);
    high ^= high >>> 13;
  }
  low = mixBits(low ^ imul(high, 0x27d4eb2f));
  high = mixBits(high ^ imul(low, 0x165667b1));
  const id = (high >>> 11) * 2 ** 32 + (low >>> 0);
  return id === 0 ? 1 : id;
}

/** Lets every bit of the input affect every bit of the output. */
function mixBits(word: number): number {
  let mixed = imul(word ^ (word >>> 16), 0x7feb352d);
  mixed = imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}
