import { addressee, parseQuery, parseWith, type ParseResult, type QuerySchema } from '#contracts';
import { invalidRequest } from '../problems/problem.js';

/** Returns the value, or throws a Problem 400 that names every invalid field. */
export function parsedOrThrow<T>(parsed: ParseResult<T>): T {
  if (!parsed.ok) throw invalidRequest(parsed.errors);
  return parsed.value;
}

export const parseQueryParams = <T>(schema: QuerySchema<T>, query: unknown): T =>
  parsedOrThrow(parseQuery(schema, query));

/** Returns the user id in lower case, or throws a Problem 400. */
export const parseUserId = (userId: string): string =>
  parsedOrThrow(parseWith(addressee, { user_id: userId })).user_id;
