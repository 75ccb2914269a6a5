import type { PipeTransform } from '@nestjs/common';
import { RULES_OF_EDGE, commandTypesOf, type CommandType } from '#contracts';
import { notFound } from '../common/problems/problem.js';

/** Parses the command type in a path. Throws a Problem 404 for one that the rules in force don't know. */
export class CommandTypePipe implements PipeTransform<string, CommandType> {
  transform(type: string): CommandType {
    const known = commandTypesOf(RULES_OF_EDGE).find((one): one is CommandType => one === type);
    if (known === undefined) throw notFound(`There is no command ${JSON.stringify(type)}.`);
    return known;
  }
}
