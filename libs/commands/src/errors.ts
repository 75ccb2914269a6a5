/**
 * The command has no answer yet. All of this passes: the same command, sent again, is carried out
 * once and answered. Whatever waited behind it for the same account gets the same error, so that a
 * sender can repeat them in their order.
 */
export class RetryableCommandError extends Error {
  override readonly name = 'NotAnswered';
  constructor(
    readonly code:
      /** No room at the desk: nothing was tried. */
      | 'overloaded'
      /** The store could not be read: nothing new was recorded. */
      | 'store-away'
      /** Others kept writing to the account: nothing was recorded. */
      | 'contended'
      /** The store did not say whether the events are in: they may be. */
      | 'outcome-unknown'
      /** The desk is being drained: nothing was tried. */
      | 'closing',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The stored events can't be a history of the rules. Nothing is decided on them; somebody has to look. */
export class AccountDamaged extends Error {
  override readonly name = 'AccountDamaged';
  constructor(
    readonly stream: string,
    readonly revision: number,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${stream} is damaged at revision ${revision}: ${reason}`, options);
  }
}

/** The rules contradicted themselves over one command. A bug of ours; the account goes on without it. */
export class DecisionFailed extends Error {
  override readonly name = 'DecisionFailed';
  constructor(
    readonly stream: string,
    readonly commandId: string,
    options?: ErrorOptions,
  ) {
    super(`The rules failed on command ${commandId} of ${stream}`, options);
  }
}
