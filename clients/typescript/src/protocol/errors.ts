import type { Decision } from './decision.js';

/** The command is wrong: it was not sent, or the ledger found it invalid. Nothing was carried out. */
export class InvalidCommandError extends Error {
  override readonly name = 'InvalidCommandError';
  constructor(
    message: string,
    /** The part that is wrong, where one is known. */
    readonly field: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The sender may not send this command. Nothing was carried out. */
export class ForbiddenError extends Error {
  override readonly name = 'ForbiddenError';
}

/** The token is not accepted, and neither is a new one. Nothing was carried out. */
export class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError';
}

/** What a caller is told of a command that was not carried out and can't be as it is. */
export function errorOf({
  kind,
  detail,
}: Extract<Decision, { readonly kind: 'invalid' | 'forbidden' | 'unauthorized' }>): Error {
  switch (kind) {
    case 'invalid':
      return new InvalidCommandError(detail);
    case 'forbidden':
      return new ForbiddenError(detail);
    case 'unauthorized':
      return new UnauthorizedError(detail);
  }
}

/** The client is closed or closes, and sends nothing more. */
export class ClientClosedError extends Error {
  override readonly name = 'ClientClosedError';
  constructor() {
    super('The client is closed');
  }
}

/** Whether the error says that its command was surely not carried out, and never will be as it is. */
export const isNotCarriedOut = (error: unknown): boolean =>
  [InvalidCommandError, ForbiddenError, UnauthorizedError].some((type) => error instanceof type);
