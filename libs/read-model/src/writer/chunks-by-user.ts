import { uuidPrefix } from '#bytes';
import { chunksOf } from '../fold/chunks.js';

/** Rows of neighbouring users, and their indexes in the whole list. */
export interface UserChunk<R> {
  readonly rows: readonly R[];
  readonly indexes: readonly number[];
}

/**
 * Sorts rows by user, which is the order of the indexes in the database, so that each index page is found
 * once. The rows of one user stay in their order.
 */
export function* chunksByUser<R extends { readonly user_id: string }>(
  all: Iterable<R>,
  lengthMax: number,
): Generator<UserChunk<R>> {
  let first = 0;
  for (const part of chunksOf([...all], SORTED_ROWS_MAX)) {
    const keys = sortedKeys(part);
    for (let from = 0; from < keys.length; from += lengthMax) {
      yield chunkOf(part, keys.subarray(from, from + lengthMax), first);
    }
    first += part.length;
  }
}

const SORTED_ROWS_MAX = 2 ** 20;

/**
 * The first 32 bits of the user id and the index of the row in one number, because numbers sort much faster
 * than texts. Users whose ids begin alike only cost speed.
 */
function sortedKeys(rows: readonly { readonly user_id: string }[]): Float64Array {
  const keys = new Float64Array(rows.length);
  let index = 0;
  for (const { user_id } of rows) {
    keys[index] = uuidPrefix(user_id) * SORTED_ROWS_MAX + index;
    index += 1;
  }
  return keys.sort();
}

function chunkOf<R>(part: readonly R[], keys: Float64Array, first: number): UserChunk<R> {
  const rows: R[] = [];
  const indexes: number[] = [];
  for (const key of keys) {
    const index = key % SORTED_ROWS_MAX;
    const row = part[index];
    if (row === undefined) throw new Error(`a bug: there is no row ${index}`);
    rows.push(row);
    indexes.push(first + index);
  }
  return { rows, indexes };
}
