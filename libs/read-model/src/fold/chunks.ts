/** Splits a list into parts of at most `lengthMax` items. */
export function* chunksOf<T>(items: readonly T[], lengthMax: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += lengthMax) {
    yield items.slice(from, from + lengthMax);
  }
}
