import type { MessageRefusalCode, RefusalCode } from '#ledger';

const refusals: Record<RefusalCode, null> = {
  AlreadyExpired: null,
  BalanceLimit: null,
  TooManyBatches: null,
  ConsumptionIdReused: null,
  TooManyOpen: null,
  InsufficientPoints: null,
  UnknownConsumption: null,
  ConsumptionClosed: null,
  DurationNotAllowed: null,
  NothingToRefund: null,
  RefundExceedsConsumption: null,
  ConsumptionOpen: null,
  UnknownBusiness: null,
  QuantityNotAllowed: null,
  QuantityMissing: null,
  NoPrice: null,
  NothingToCharge: null,
  PriceTooHigh: null,
  ConsumptionTimedOut: null,
  HoldTooLong: null,
  RechargeIdReused: null,
  UnknownRecharge: null,
  NothingToReverse: null,
  ReversalExceedsRecharge: null,
  NothingToReinstate: null,
  ReinstatementExceedsReversal: null,
  TooManySlices: null,
};

/** `Invalid`: the message is not a valid command, but its sender is known. */
export type OutcomeCode = RefusalCode | MessageRefusalCode | 'Invalid';

const messageRefusals: Record<MessageRefusalCode, null> = {
  CommandIdReused: null,
  TooLate: null,
  NotTakenOver: null,
};

export const REFUSAL_CODES = Object.keys(refusals) as readonly RefusalCode[];
export const MESSAGE_REFUSAL_CODES = Object.keys(messageRefusals) as readonly MessageRefusalCode[];
/** The codes of what the ledger itself answers. */
const ANSWER_CODES: readonly Exclude<OutcomeCode, 'Invalid'>[] = [
  ...REFUSAL_CODES,
  ...MESSAGE_REFUSAL_CODES,
];
export const OUTCOME_CODES: readonly OutcomeCode[] = [...ANSWER_CODES, 'Invalid'];
