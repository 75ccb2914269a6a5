import type { MessageRefusalCode, RefusalCode } from '#ledger';

/** `Invalid`: the message is not a valid command, but its sender is known. */
export type OutcomeCode = RefusalCode | MessageRefusalCode | 'Invalid';

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
};

const messageRefusals: Record<MessageRefusalCode, null> = { CommandIdReused: null, TooLate: null };

export const REFUSAL_CODES = Object.keys(refusals) as readonly RefusalCode[];
export const MESSAGE_REFUSAL_CODES = Object.keys(messageRefusals) as readonly MessageRefusalCode[];
export const OUTCOME_CODES: readonly OutcomeCode[] = [
  ...REFUSAL_CODES,
  ...MESSAGE_REFUSAL_CODES,
  'Invalid',
];
