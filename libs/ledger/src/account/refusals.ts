/** A well-formed command that the rules said no to. Recorded as an event. */
export type RefusalCode =
  | 'AlreadyExpired'
  | 'BalanceLimit'
  | 'TooManyBatches'
  | 'ConsumptionIdReused'
  | 'TooManyOpen'
  | 'InsufficientPoints'
  | 'UnknownConsumption'
  | 'ConsumptionClosed'
  | 'DurationNotAllowed'
  | 'NothingToRefund'
  | 'RefundExceedsConsumption'
  | 'ConsumptionOpen';

/** An answer about the message itself. Not recorded. */
export type MessageRefusalCode = 'CommandIdReused' | 'TooLate';

export type RefusalDetails = Readonly<Record<string, string | number>>;
