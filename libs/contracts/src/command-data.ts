import { z } from 'zod';
import type { RulesNumber } from '#ledger';
import { parseWith, type ParseResult } from './field-error.js';
import { commandObject, userId } from './fields.js';
import { FORM_OF_RULES_1 } from './form-of-rules-1.js';
import { FORM_OF_RULES_2 } from './form-of-rules-2.js';
import type { CommandType } from './protocol-names.js';

/** The user of a command, in the data of any type of command, known or unknown. */
export const addressee = z.object({ user_id: userId }, commandObject);

/** Every field of rules 1 has the same meaning by rules 2, so that one type covers the data of both. */
export type CommandData<T extends CommandType = CommandType> = z.infer<(typeof FORM_OF_RULES_2)[T]>;

/** A parsed command, with its fields as its sender wrote them. */
export type CommandBody = {
  readonly [T in CommandType]: { readonly type: T; readonly data: CommandData<T> };
}[CommandType];

type CommandForm = Readonly<Partial<Record<CommandType, z.ZodType<CommandData>>>>;

/** The form in which commands are read while those rules are in force. */
const FORMS: Readonly<Record<RulesNumber, CommandForm>> = {
  1: FORM_OF_RULES_1,
  2: FORM_OF_RULES_2,
};

/** The schema of each command that those rules know. */
export const commandDataSchemas = (rules: RulesNumber): CommandForm => FORMS[rules];

const typesOf = (form: CommandForm) => Object.keys(form) as readonly CommandType[];

const TYPES: Readonly<Record<RulesNumber, readonly CommandType[]>> = {
  1: typesOf(FORMS[1]),
  2: typesOf(FORMS[2]),
};

/** The commands that those rules know. */
export const commandTypesOf = (rules: RulesNumber): readonly CommandType[] => TYPES[rules];

/** Parses the data in the form of those rules. A type that they don't know is an error of its own. */
export function parseCommandData(
  type: CommandType,
  input: unknown,
  rules: RulesNumber,
): ParseResult<CommandBody> {
  const schema = FORMS[rules][type];
  if (schema === undefined) {
    return {
      ok: false,
      errors: [{ field: 'type', reason: `must be one of ${TYPES[rules].join(', ')}` }],
    };
  }
  const parsed = parseWith<CommandData>(schema, input, 'data');
  // The schema of that type has just validated the data.
  return parsed.ok ? { ok: true, value: { type, data: parsed.value } as CommandBody } : parsed;
}
