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
  | 'ConsumptionOpen'
  | 'UnknownBusiness'
  | 'QuantityNotAllowed'
  | 'QuantityMissing'
  | 'NoPrice'
  | 'NothingToCharge'
  | 'PriceTooHigh'
  | 'ConsumptionTimedOut'
  | 'HoldTooLong'
  | 'RechargeIdReused'
  | 'UnknownRecharge'
  | 'NothingToReverse'
  | 'ReversalExceedsRecharge'
  | 'NothingToReinstate'
  | 'ReinstatementExceedsReversal'
  | 'TooManySlices';

/** A refusal that is about the message itself. It is not recorded. */
export type MessageRefusalCode = 'CommandIdReused' | 'TooLate' | 'NotTakenOver';

export type RefusalDetails = Readonly<Record<string, string | number>>;

export interface Refusal {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;
}
