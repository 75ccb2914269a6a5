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

/** The client is closed or closes, and sends nothing more. */
export class ClientClosedError extends Error {
  override readonly name = 'ClientClosedError';
  constructor() {
    super('The client is closed');
  }
}
