import type { PipeTransform } from '@nestjs/common';
import { parseWith, rowParam } from '#contracts';
import type { RowName } from '#read-model';
import { parsedOrThrow } from '../common/parsing/request-parsing.js';
import { parseRowRef } from '../common/reads/row-ref.js';

/** Parses the name of a row in a path, which is its id or its `row_ref`. */
export class RowNamePipe implements PipeTransform<string, RowName> {
  transform(text: string): RowName {
    const name = parsedOrThrow(parseWith(rowParam, text, 'id'));
    return typeof name === 'number' ? { id: name } : parseRowRef(name);
  }
}
