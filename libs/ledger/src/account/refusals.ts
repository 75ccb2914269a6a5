/** Why the rules refused a well-formed command. The refusal is recorded as an event. */
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

/** A refusal that is about the message itself. It is not recorded. */
export type MessageRefusalCode = 'CommandIdReused' | 'TooLate';

export type RefusalDetails = Readonly<Record<string, string | number>>;
