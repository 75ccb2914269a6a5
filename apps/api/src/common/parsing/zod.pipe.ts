import type { PipeTransform } from '@nestjs/common';
import type { QuerySchema } from '#contracts';
import { parseQueryParams, parseUserId } from './request-parsing.js';

/** Parses the query of a URL: `@Query(new ZodPipe(schema))`. Throws a Problem that names every invalid field. */
export class ZodPipe<T> implements PipeTransform<unknown, T> {
  constructor(private readonly schema: QuerySchema<T>) {}

  transform(query: unknown): T {
    return parseQueryParams(this.schema, query);
  }
}

/** Parses the user id of a path and returns it in lower case. */
export class UserIdPipe implements PipeTransform<string, string> {
  transform(userId: string): string {
    return parseUserId(userId);
  }
}
