/**
 * The command was not answered, and may be sent again: it takes effect once and is answered then.
 * Commands behind it for the same account fail with the same error, so that a sender can repeat all
 * of them in their order.
 */
export class RetryableCommandError extends Error {
  override readonly name = 'RetryableCommandError';
  constructor(
    readonly code:
      /** The queue is full or the wait was too long. Nothing was tried. */
      | 'overloaded'
      /** The store could not be read. Nothing was recorded. */
      | 'store-away'
      /** The settings in force are of rules that this build does not know, or damaged. Alert on it. */
      | 'settings-unknown'
      /** Other processes kept writing to the account. Nothing was recorded. */
      | 'contended'
      /** The store did not confirm the append: the events may be recorded. */
      | 'outcome-unknown'
      /** The processor is shutting down. Nothing was tried. */
      | 'closing',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The rules can't have produced the stored events. No command of the account is decided; alert. */
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

/** The rules threw on a command, which is a bug. The account goes on without the command. */
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
