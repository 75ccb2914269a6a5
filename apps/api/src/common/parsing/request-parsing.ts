import { addressee, parseQuery, parseWith, type ParseResult, type QuerySchema } from '#contracts';
import { invalidRequest } from '../problems/problem.js';

/** The value, or a Problem 400 that names every bad field. */
export function parsedOrThrow<T>(parsed: ParseResult<T>): T {
  if (!parsed.ok) throw invalidRequest(parsed.errors);
  return parsed.value;
}

export const parseQueryParams = <T>(schema: QuerySchema<T>, query: unknown): T =>
  parsedOrThrow(parseQuery(schema, query));

/** The user id in lower case, or a Problem 400. */
export const parseUserId = (userId: string): string =>
  parsedOrThrow(parseWith(addressee, { user_id: userId })).user_id;
