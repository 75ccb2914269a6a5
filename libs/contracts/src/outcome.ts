import { z } from 'zod';
import { ID_MAX, type Answer, type LedgerCommand } from '#ledger';
import { formatFieldErrors, parseWith, type FieldError, type ParseResult } from './field-error.js';
import {
  balance,
  batchId,
  consumptionId,
  flag,
  oneOf,
  mustBe,
  text,
  token,
  userId,
} from './fields.js';
import { COMMAND_TYPES, type CommandType } from './protocol-names.js';
import { OUTCOME_CODES } from './refusal-codes.js';
import { refusalMessage } from './refusal-messages.js';
import { answerCodeOnWire, commandTypeOnWire } from './words-on-wire.js';

/** The answer to a command, over Kafka and HTTP alike. */
export const commandOutcome = z.object(
  {
    /** The sender's own id and source. */
    command_id: text(ID_MAX),
    command_source: text(ID_MAX),
    command_type: oneOf(COMMAND_TYPES),
    user_id: userId,
    status: oneOf(['accepted', 'refused', 'invalid']),
    code: oneOf(OUTCOME_CODES).nullable(),
    /** Why the command was refused, as a sentence. */
    detail: z.string(mustBe('text, or null')).nullable(),
    balance: balance.nullable(),
    consumption_id: consumptionId.nullable(),
    batch_id: batchId.nullable(),
    /** Opaque token for reading your own write; null: nothing was stored. */
    position: token.nullable(),
    replayed: flag,
  },
  mustBe('the JSON object of an outcome'),
);

export type CommandOutcome = z.infer<typeof commandOutcome>;

export const parseOutcome = (input: unknown): ParseResult<CommandOutcome> =>
  parseWith(commandOutcome, input, 'outcome');

/** `position` is that of the last event recorded for the command; null: nothing was stored. */
export function toOutcome(
  command: LedgerCommand,
  answer: Answer,
  position: string | null,
): CommandOutcome {
  const code = answer.code === null ? null : answerCodeOnWire(answer.code);
  return {
    command_id: command.id,
    command_source: command.source,
    command_type: commandTypeOnWire(command.type),
    user_id: command.userId,
    status: answer.status,
    code,
    detail: code === null ? null : refusalMessage(code, answer.details),
    balance: answer.balance,
    consumption_id: answer.consumptionId,
    batch_id: answer.batchId,
    position,
    replayed: answer.replayed,
  };
}

/** The sender of a message, if enough of the message could be read. */
export interface Sender {
  readonly source: string;
  readonly id: string;
  readonly type: CommandType;
  readonly userId: string;
  readonly traceparent: string | null;
}

export function toInvalidOutcome(sender: Sender, faults: readonly FieldError[]): CommandOutcome {
  return {
    command_id: sender.id,
    command_source: sender.source,
    command_type: sender.type,
    user_id: sender.userId,
    status: 'invalid',
    code: 'Invalid',
    detail: formatFieldErrors(faults),
    balance: null,
    consumption_id: null,
    batch_id: null,
    position: null,
    replayed: false,
  };
}
