import type { MessageRefusalCode, RefusalCode } from '#ledger';

const refusals = {
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
} as const satisfies Partial<Record<RefusalCode, null>>;

/** The refusals that the wire knows: those of rules 1. */
export type WireRefusalCode = keyof typeof refusals;

/** `Invalid`: the message is not a valid command, but its sender is known. */
export type OutcomeCode = WireRefusalCode | MessageRefusalCode | 'Invalid';

const messageRefusals: Record<MessageRefusalCode, null> = { CommandIdReused: null, TooLate: null };

export const REFUSAL_CODES = Object.keys(refusals) as readonly WireRefusalCode[];
export const MESSAGE_REFUSAL_CODES = Object.keys(messageRefusals) as readonly MessageRefusalCode[];
/** The codes of what the ledger itself answers. */
export const ANSWER_CODES: readonly Exclude<OutcomeCode, 'Invalid'>[] = [
  ...REFUSAL_CODES,
  ...MESSAGE_REFUSAL_CODES,
];
export const OUTCOME_CODES: readonly OutcomeCode[] = [...ANSWER_CODES, 'Invalid'];
