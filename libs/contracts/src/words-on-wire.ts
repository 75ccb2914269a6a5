import {
  SOURCE_TYPES,
  type Answer,
  type CommandType as LedgerCommandType,
  type SourceType,
} from '#ledger';
import { COMMAND_TYPES, type CommandType } from './protocol-names.js';
import { ANSWER_CODES } from './refusal-codes.js';

// The wire has the words of rules 1, which are in force everywhere. The rules have more.

export const commandTypeOnWire = (type: LedgerCommandType): CommandType =>
  knownWord(COMMAND_TYPES, type);

export const sourceTypeOnWire = (sourceType: string): SourceType =>
  knownWord(SOURCE_TYPES, sourceType);

export const answerCodeOnWire = (
  code: NonNullable<Answer['code']>,
): (typeof ANSWER_CODES)[number] => knownWord(ANSWER_CODES, code);

function knownWord<W extends string>(words: readonly W[], word: string): W {
  const known = words.find((one) => one === word);
  if (known === undefined) throw new Error(`the wire has no word for ${word}`);
  return known;
}
