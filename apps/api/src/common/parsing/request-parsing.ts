import {
  addressee,
  parseWith,
  parseQuery,
  rowParam,
  type ParseResult,
  type QuerySchema,
} from '#contracts';

import type { RowName } from '#read-model';
import { parseRowRef } from '../reads/row-ref.js';
import { invalidRequest } from '../problems/problem.js';

/** The value, or a Problem 400 that names every bad field. */
export function parsedOrThrow<T>(parsed: ParseResult<T>): T {
  if (!parsed.ok) throw invalidRequest(parsed.errors);
  return parsed.value;
}

export const parseQueryParams = <T>(schema: QuerySchema<T>, query: unknown): T =>
  parsedOrThrow(parseQuery(schema, query));

/** Kept in lower case. */
export const parseUserId = (userId: string): string =>
  parsedOrThrow(parseWith(addressee, { user_id: userId })).user_id;

export function parseRowName(text: string): RowName {
  const name = parsedOrThrow(parseWith(rowParam, text, 'id'));
  return typeof name === 'number' ? { id: name } : parseRowRef(name);
}
