/**
 * Of versions in the order in which they begin, the one that began last by that moment; undefined: none
 * has begun.
 */
export function lastBegun<V extends { readonly from: string }>(
  versions: readonly V[],
  moment: string,
): V | undefined {
  let [low, high] = [0, versions.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((versions[middle]?.from ?? '') <= moment) low = middle + 1;
    else high = middle;
  }
  return versions[low - 1];
}
