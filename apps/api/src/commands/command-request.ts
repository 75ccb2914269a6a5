import type { FastifyRequest } from 'fastify';
import {
  commandQuery,
  commandTypesOf,
  parseCommandData,
  parseIdempotencyKey,
  parseQuery,
  type CommandType,
} from '#contracts';
import type { SentCommand } from '#commands';
import type { RulesNumber } from '#ledger';
import { invalidRequest, notFound } from '../common/problems/problem.js';
import { readSingleHeader } from '../common/parsing/header-text.js';

/** Parses the command type in a path. Throws a Problem 404 for one that those rules don't know. */
export function parseCommandType(type: string, rules: RulesNumber): CommandType {
  const known = commandTypesOf(rules).find((one) => one === type);
  if (known === undefined) throw notFound(`There is no command ${JSON.stringify(type)}.`);
  return known;
}

interface CommandForm {
  readonly type: CommandType;
  readonly rules: RulesNumber;
  /** Of the sender that the caller's token stands for. */
  readonly source: string;
}

/** Parses key, query and body together. Throws a Problem 400 that names every invalid field. */
export function parseCommand(
  request: FastifyRequest,
  { type, rules, source }: CommandForm,
): SentCommand {
  const header = readSingleHeader(request.raw, 'Idempotency-Key');
  const id = header.ok ? parseIdempotencyKey(header.value) : header;
  const query = parseQuery(commandQuery, request.query);
  const body = parseCommandData(type, request.body ?? undefined, rules);
  if (!id.ok || !query.ok || !body.ok) {
    throw invalidRequest([id, query, body].flatMap((parsed) => (parsed.ok ? [] : parsed.errors)));
  }
  return { ...body.value, id: id.value, source };
}
