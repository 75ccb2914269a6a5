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
  rechargeId,
  text,
  token,
  userId,
  wholeNumber,
} from './fields.js';
import { COMMAND_TYPES, type CommandType } from './protocol-names.js';
import { OUTCOME_CODES } from './refusal-codes.js';
import { refusalMessage } from './refusal-messages.js';

const points = wholeNumber(0, Number.MAX_SAFE_INTEGER);

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
    /** After the command; null: the command is invalid, or the account is not kept here. */
    owed: points.nullable(),
    /** What the command itself moved; null: nothing. */
    points: points.nullable(),
    /** What went to debts, so that the balance rose by less; null: nothing. */
    collected: points.nullable(),
    /** What nobody will pay; null: it is no accepted settlement or reversal. */
    uncollected: points.nullable(),
    consumption_id: consumptionId.nullable(),
    recharge_id: rechargeId.nullable(),
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
  command: Pick<LedgerCommand, 'id' | 'source' | 'type' | 'userId'>,
  answer: Answer,
  position: string | null,
): CommandOutcome {
  const { code } = answer;
  // What the account has there, only the other service knows.
  const isKnown = code !== 'NotTakenOver';
  return {
    command_id: command.id,
    command_source: command.source,
    command_type: command.type,
    user_id: command.userId,
    status: answer.status,
    code,
    detail: code === null ? null : refusalMessage(code, answer.details),
    balance: isKnown ? answer.balance : null,
    owed: isKnown ? answer.owed : null,
    points: answer.points,
    collected: answer.collected,
    uncollected: answer.uncollected,
    consumption_id: answer.consumptionId,
    recharge_id: answer.rechargeId,
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
    owed: null,
    points: null,
    collected: null,
    uncollected: null,
    consumption_id: null,
    recharge_id: null,
    batch_id: null,
    position: null,
    replayed: false,
  };
}
