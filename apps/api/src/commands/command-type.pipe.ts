import type { PipeTransform } from '@nestjs/common';
import { COMMAND_TYPES, type CommandType } from '#contracts';
import { notFound } from '../common/problems/problem.js';

/** Parses the command type in a path. Throws a Problem 404 for an unknown one. */
export class CommandTypePipe implements PipeTransform<string, CommandType> {
  transform(type: string): CommandType {
    const known = COMMAND_TYPES.find((one): one is CommandType => one === type);
    if (known === undefined) throw notFound(`There is no command ${JSON.stringify(type)}.`);
    return known;
  }
}
