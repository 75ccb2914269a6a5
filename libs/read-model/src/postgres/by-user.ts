import { chunksOf } from '../projection/chunks.js';
import { firstBits } from './values.js';

/** Rows of neighbouring users, and which of all they were. */
export interface Neighbours<R> {
  readonly rows: readonly R[];
  readonly places: readonly number[];
}

/**
 * In the order of the indexes that begin with the user: a page is found once for all that goes into
 * it. The rows of one user stay in the order they have.
 */
export function* byUser<R extends { readonly user_id: string }>(
  all: Iterable<R>,
  lengthMax: number,
): Generator<Neighbours<R>> {
  let first = 0;
  for (const part of chunksOf([...all], PLACES_MAX)) {
    const keys = sortedKeys(part);
    for (let from = 0; from < keys.length; from += lengthMax) {
      yield neighbours(part, keys.subarray(from, from + lengthMax), first);
    }
    first += part.length;
  }
}

const PLACES_MAX = 2 ** 20;

/**
 * The first 32 bits of the id and the place in one number each: numbers sort far faster than texts,
 * and where different users fall together nothing is lost but speed.
 */
function sortedKeys(rows: readonly { readonly user_id: string }[]): Float64Array {
  const keys = new Float64Array(rows.length);
  let place = 0;
  for (const { user_id } of rows) {
    keys[place] = firstBits(user_id) * PLACES_MAX + place;
    place += 1;
  }
  return keys.sort();
}

function neighbours<R>(part: readonly R[], keys: Float64Array, first: number): Neighbours<R> {
  const rows: R[] = [];
  const places: number[] = [];
  for (const key of keys) {
    const place = key % PLACES_MAX;
    const row = part[place];
    if (row === undefined) throw new Error(`a bug: there is no row ${place}`);
    rows.push(row);
    places.push(first + place);
  }
  return { rows, places };
}
