import {
  addressee,
  parseAs,
  parseQuery,
  rowIdParam,
  type Parsed,
  type QuerySchema,
} from '#contracts';

import { invalidRequest } from '../problems/problem.js';

/** The value, or a Problem 400 that names every bad field. */
export function orInvalid<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw invalidRequest(parsed.faults);
  return parsed.value;
}

export const queryOf = <T>(schema: QuerySchema<T>, query: unknown): T =>
  orInvalid(parseQuery(schema, query));

/** Kept in lower case. */
export const userIdOf = (userId: string): string =>
  orInvalid(parseAs(addressee, { user_id: userId })).user_id;

export const rowIdOf = (id: string): number => orInvalid(parseAs(rowIdParam, id, 'id'));
