/** In pieces of at most that many, in order. */
export function* chunksOf<T>(items: readonly T[], lengthMax: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += lengthMax) {
    yield items.slice(from, from + lengthMax);
  }
}
