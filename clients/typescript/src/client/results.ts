import type { Command } from '../protocol/command.js';
import type { Outcome, RefusalCode } from '../protocol/outcome.js';

interface Answered {
  /** The id of the command. */
  readonly id: string;
  readonly user_id: string;
}

/** It was carried out. */
export interface Accepted extends Answered {
  readonly status: 'accepted';
  readonly balance: number | null;
  readonly outcome: Outcome;
}

/** It was refused, for good: the same id gets the same answer. To try again, use another id. */
export interface Refused<Code extends RefusalCode = RefusalCode> extends Answered {
  readonly status: 'refused';
  readonly code: Code;
  readonly detail: string;
  readonly balance: number | null;
  readonly outcome: Outcome;
}

export type InsufficientPoints = Refused<'InsufficientPoints'>;

/**
 * Nobody can tell yet whether it was carried out. It is never to be taken for a failure: the same command
 * is sent again with the same id, by `resume` here or by anybody with the same id later.
 */
export interface Unknown extends Answered {
  readonly status: 'unknown';
  readonly reason: string;
  readonly resume: (options?: WaitOptions) => Promise<CommandResult>;
}

export type CommandResult = Accepted | Refused | Unknown;

export interface WaitOptions {
  /** How long to wait for the answer, with all repeats. */
  readonly timeoutMs?: number;
  /** Ends the wait: the result is unknown then. */
  readonly signal?: AbortSignal;
}

export const isInsufficientPoints = (result: CommandResult): result is InsufficientPoints =>
  result.status === 'refused' && result.code === 'InsufficientPoints';

export const accepted = (outcome: Outcome): Accepted => ({
  status: 'accepted',
  id: outcome.command_id,
  user_id: outcome.user_id,
  balance: outcome.balance,
  outcome,
});

export const refused = (outcome: Outcome): Refused => ({
  status: 'refused',
  id: outcome.command_id,
  user_id: outcome.user_id,
  code: outcome.code ?? '',
  detail: outcome.detail ?? '',
  balance: outcome.balance,
  outcome,
});

export const unknown = (
  { id, userId }: Pick<Command, 'id' | 'userId'>,
  reason: string,
  resume: Unknown['resume'],
): Unknown => ({ status: 'unknown', id, user_id: userId, reason, resume });

/** A refusal as an exception, for those who want one: `orThrow(await client.consume(…))`. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(readonly refusal: Refused) {
    super(`${refusal.code}: ${refusal.detail}`);
  }
}

/** An unknown outcome as an exception. It must be resumed, and not be taken for a failure. */
export class UnknownOutcomeError extends Error {
  override readonly name = 'UnknownOutcomeError';
  constructor(readonly result: Unknown) {
    super(`Whether the command ${result.id} was carried out is not known: ${result.reason}`);
  }
}

/** The accepted result. Throws RefusedError or UnknownOutcomeError for any other. */
export function orThrow(result: CommandResult): Accepted {
  switch (result.status) {
    case 'accepted':
      return result;
    case 'refused':
      throw new RefusedError(result);
    case 'unknown':
      throw new UnknownOutcomeError(result);
  }
}
