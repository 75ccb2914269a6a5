import { slicesOf } from '../slices-of.js';
import { firstBits } from './values.js';

/** What is encoded at one go, and what one statement writes at most. */
export const SLICE_ROWS = 3_000;

/** Rows of neighbouring users, and which of all they were. */
export interface Neighbours<R> {
  readonly rows: readonly R[];
  readonly places: readonly number[];
}

/**
 * In the order of the indexes, which all begin with the user: a page is found once for all that goes
 * into it. The rows of one user stay in the order they have.
 */
export function* byUser<R extends { readonly user_id: string }>(
  all: Iterable<R>,
): Generator<Neighbours<R>> {
  const unsorted = [...all];
  for (const places of slicesOf(sortedPlaces(unsorted), SLICE_ROWS)) {
    const rows: R[] = [];
    for (const place of places) {
      const row = unsorted[place];
      if (row !== undefined) rows.push(row);
    }
    yield { rows, places };
  }
}

const PLACES_MAX = 2 ** 20;

/**
 * By the first 32 bits of the id, and by place: numbers sort far faster than texts, and where
 * different users fall together nothing is lost but speed.
 */
function sortedPlaces(rows: readonly { readonly user_id: string }[]): number[] {
  if (rows.length > PLACES_MAX) return [...rows.keys()];
  const keys = new Float64Array(rows.length);
  let place = 0;
  for (const { user_id } of rows) {
    keys[place] = firstBits(user_id) * PLACES_MAX + place;
    place += 1;
  }
  const places: number[] = [];
  for (const key of keys.sort()) places.push(key % PLACES_MAX);
  return places;
}
