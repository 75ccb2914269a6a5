import {
  COMMAND_POINTS_MAX,
  HOLD_DAYS_MAX,
  QUANTITY_MAX,
  type MessageRefusalCode,
  type RefusalCode,
  type RefusalDetails,
} from '#ledger';

/**
 * Tells the sender why a command was refused. A refusal by the rules is recorded, so the same id gets
 * it again, and the sentence says to use a new one.
 */
export function refusalMessage(
  code: RefusalCode | MessageRefusalCode,
  details: RefusalDetails | null,
): string {
  if (isOfMessage(code)) return MESSAGE_SENTENCES[code];
  return `${refusalSentence(code, details)}; to try again, send it with a new id.`;
}

/** The reason alone, without a full stop. */
export function refusalSentence(code: RefusalCode, details: RefusalDetails | null): string {
  return SENTENCES[code]((name) => String(details?.[name] ?? 'unknown'));
}

type DetailLookup = (name: string) => string;

const formatNumber = (value: number): string => value.toLocaleString('en-US');

/** They are about the message or its time, so that nothing was recorded. */
const MESSAGE_SENTENCES: Readonly<Record<MessageRefusalCode, string>> = {
  CommandIdReused:
    'This id was used before, for a command that says something else; send this one with a new id.',
  TooLate:
    'The ledger no longer knows commands as old as this one, so it may have been executed before; ' +
    'look at the account, and if it was not, send it with a new id.',
  NotTakenOver:
    'Another service keeps this account, or kept it when the command came, and it may have executed ' +
    'the command; if it did not, send the command here again with the same id once the account is ' +
    'taken over.',
};

const isOfMessage = (code: RefusalCode | MessageRefusalCode): code is MessageRefusalCode =>
  Object.hasOwn(MESSAGE_SENTENCES, code);

const SENTENCES: Readonly<Record<RefusalCode, (detail: DetailLookup) => string>> = {
  AlreadyExpired: (detail) =>
    `The points would have expired at ${detail('expiresAt')}, which is past`,
  BalanceLimit: (detail) =>
    `${detail('asked')} more points would exceed the limit: the balance is ${detail('balance')}, ` +
    `and ${detail('held')} are held in open pre-deductions`,
  TooManyBatches: () => 'The account already uses the maximum number of batches',
  ConsumptionIdReused: (detail) =>
    `Another consumption already has the id ${detail('consumptionId')}`,
  TooManyOpen: () =>
    'The account already has the maximum number of open pre-deductions, or of draws that they hold',
  InsufficientPoints: (detail) =>
    `The balance is ${detail('balance')} points, and ${detail('asked')} were requested` +
    // Rules 1 know no debts, and tell none.
    (/^(?:0|unknown)$/.test(detail('owed')) ? '' : `; ${detail('owed')} points are owed`),
  UnknownConsumption: (detail) => `No consumption with the id ${detail('consumptionId')} is known`,
  ConsumptionClosed: (detail) =>
    `The consumption ${detail('consumptionId')} is closed: it was settled or cancelled, ` +
    'or never was a pre-deduction',
  DurationNotAllowed: (detail) =>
    `A consumption of ${detail('sourceType')} has no duration: it is not billed by the second`,
  NothingToRefund: (detail) =>
    `All points of the consumption ${detail('consumptionId')} were already refunded`,
  RefundExceedsConsumption: (detail) =>
    `${detail('refundable')} points can be refunded, and ${detail('asked')} were requested`,
  ConsumptionOpen: (detail) =>
    `The consumption ${detail('consumptionId')} is still open and can be refunded only in full: ` +
    'settle it at what it cost instead',
  UnknownBusiness: (detail) => `There is no business ${detail('sourceType')}, or it is retired`,
  QuantityNotAllowed: (detail) =>
    `A consumption of ${detail('sourceType')} has no quantity: it is billed by the second`,
  QuantityMissing: (detail) =>
    `A consumption of ${detail('sourceType')} is priced by a quantity or a duration, and neither ` +
    'was given, nor points',
  NoPrice: (detail) =>
    `There is no price for ${detail('sourceType')}, so that the points must be given`,
  NothingToCharge: () => 'The price is 0 points, so that there is nothing to consume',
  PriceTooHigh: () =>
    `The consumption would exceed ${formatNumber(COMMAND_POINTS_MAX)} points, or a quantity of ` +
    formatNumber(QUANTITY_MAX),
  ConsumptionTimedOut: (detail) =>
    `The consumption ${detail('consumptionId')} has timed out: it can be settled, but not extended`,
  HoldTooLong: (detail) =>
    `A pre-deduction is open for at most ${HOLD_DAYS_MAX} days, this one until ${detail('latest')}`,
  RechargeIdReused: (detail) =>
    `The recharge ${detail('rechargeId')} was already made; its batch is ${detail('batchId')}`,
  UnknownRecharge: (detail) => `No recharge with the id ${detail('rechargeId')} is known`,
  NothingToReverse: (detail) =>
    `All points of the recharge ${detail('rechargeId')} were already reversed`,
  ReversalExceedsRecharge: (detail) =>
    `${detail('reversible')} points can be reversed, and ${detail('asked')} were requested`,
  NothingToReinstate: (detail) => `No points of the recharge ${detail('rechargeId')} are reversed`,
  ReinstatementExceedsReversal: (detail) =>
    `${detail('reversed')} points are reversed, and ${detail('asked')} were requested`,
  TooManySlices: (detail) =>
    `The points would come back in more parts than one command may have; ${detail('points')} ` +
    'points can come back by one',
};
