import {
  addressee,
  parseWith,
  parseQuery,
  rowParam,
  type ParseResult,
  type QuerySchema,
} from '#contracts';

import type { RowName } from '#read-model';
import { placeOfRef } from '../reads/row-ref.js';
import { invalidRequest } from '../problems/problem.js';

/** The value, or a Problem 400 that names every bad field. */
export function orInvalid<T>(parsed: ParseResult<T>): T {
  if (!parsed.ok) throw invalidRequest(parsed.errors);
  return parsed.value;
}

export const queryOf = <T>(schema: QuerySchema<T>, query: unknown): T =>
  orInvalid(parseQuery(schema, query));

/** Kept in lower case. */
export const userIdOf = (userId: string): string =>
  orInvalid(parseWith(addressee, { user_id: userId })).user_id;

export function rowNameOf(text: string): RowName {
  const name = orInvalid(parseWith(rowParam, text, 'id'));
  return typeof name === 'number' ? { id: name } : placeOfRef(name);
}
