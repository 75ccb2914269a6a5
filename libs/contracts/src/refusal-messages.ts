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
  const detail = (name: string): string => String(details?.[name] ?? 'unknown');
  return messages[code](detail);
}

type DetailLookup = (name: string) => string;

const formatNumber = (value: number): string => value.toLocaleString('en-US');

const withRetryHint =
  (sentence: (detail: DetailLookup) => string) =>
  (detail: DetailLookup): string =>
    `${sentence(detail)}; to try again, send it with a new id.`;

const messages: Record<RefusalCode | MessageRefusalCode, (detail: DetailLookup) => string> = {
  AlreadyExpired: withRetryHint(
    (detail) => `The points would have expired at ${detail('expiresAt')}, which is past`,
  ),
  BalanceLimit: withRetryHint(
    (detail) =>
      `${detail('asked')} more points would exceed the limit: the balance is ${detail('balance')}, ` +
      `and ${detail('held')} are held in open pre-deductions`,
  ),
  TooManyBatches: withRetryHint(() => 'The account already uses the maximum number of batches'),
  ConsumptionIdReused: withRetryHint(
    (detail) => `Another consumption already has the id ${detail('consumptionId')}`,
  ),
  TooManyOpen: withRetryHint(
    () =>
      'The account already has the maximum number of open pre-deductions, or of draws that they hold',
  ),
  InsufficientPoints: withRetryHint(
    (detail) =>
      `The balance is ${detail('balance')} points, and ${detail('asked')} were requested` +
      // Rules 1 know no debts, and tell none.
      (/^(?:0|unknown)$/.test(detail('owed')) ? '' : `; ${detail('owed')} points are owed`),
  ),
  UnknownConsumption: withRetryHint(
    (detail) => `No consumption with the id ${detail('consumptionId')} is known`,
  ),
  ConsumptionClosed: withRetryHint(
    (detail) =>
      `The consumption ${detail('consumptionId')} is closed: it was settled or cancelled, ` +
      'or never was a pre-deduction',
  ),
  DurationNotAllowed: withRetryHint(
    (detail) =>
      `A consumption of ${detail('sourceType')} has no duration: it is not billed by the second`,
  ),
  NothingToRefund: withRetryHint(
    (detail) => `All points of the consumption ${detail('consumptionId')} were already refunded`,
  ),
  RefundExceedsConsumption: withRetryHint(
    (detail) =>
      `${detail('refundable')} points can be refunded, and ${detail('asked')} were requested`,
  ),
  ConsumptionOpen: withRetryHint(
    (detail) =>
      `The consumption ${detail('consumptionId')} is still open and can be refunded only in full: ` +
      'settle it at what it cost instead',
  ),
  UnknownBusiness: withRetryHint(
    (detail) => `There is no business ${detail('sourceType')}, or it is retired`,
  ),
  QuantityNotAllowed: withRetryHint(
    (detail) =>
      `A consumption of ${detail('sourceType')} has no quantity: it is billed by the second`,
  ),
  QuantityMissing: withRetryHint(
    (detail) =>
      `A consumption of ${detail('sourceType')} is priced by a quantity or a duration, and neither ` +
      'was given, nor points',
  ),
  NoPrice: withRetryHint(
    (detail) => `There is no price for ${detail('sourceType')}, so that the points must be given`,
  ),
  NothingToCharge: withRetryHint(
    () => 'The price is 0 points, so that there is nothing to consume',
  ),
  PriceTooHigh: withRetryHint(
    () =>
      `The consumption would exceed ${formatNumber(COMMAND_POINTS_MAX)} points, or a quantity of ` +
      formatNumber(QUANTITY_MAX),
  ),
  ConsumptionTimedOut: withRetryHint(
    (detail) =>
      `The consumption ${detail('consumptionId')} has timed out: it can be settled, but not extended`,
  ),
  HoldTooLong: withRetryHint(
    (detail) =>
      `A pre-deduction is open for at most ${HOLD_DAYS_MAX} days, this one until ${detail('latest')}`,
  ),
  RechargeIdReused: withRetryHint(
    (detail) =>
      `The recharge ${detail('rechargeId')} was already made; its batch is ${detail('batchId')}`,
  ),
  UnknownRecharge: withRetryHint(
    (detail) => `No recharge with the id ${detail('rechargeId')} is known`,
  ),
  NothingToReverse: withRetryHint(
    (detail) => `All points of the recharge ${detail('rechargeId')} were already reversed`,
  ),
  ReversalExceedsRecharge: withRetryHint(
    (detail) =>
      `${detail('reversible')} points can be reversed, and ${detail('asked')} were requested`,
  ),
  NothingToReinstate: withRetryHint(
    (detail) => `No points of the recharge ${detail('rechargeId')} are reversed`,
  ),
  ReinstatementExceedsReversal: withRetryHint(
    (detail) => `${detail('reversed')} points are reversed, and ${detail('asked')} were requested`,
  ),
  TooManySlices: withRetryHint(
    (detail) =>
      `The points would come back in more parts than one command may have; ${detail('points')} ` +
      'points can come back by one',
  ),
  CommandIdReused: () =>
    'This id was used before, for a command that says something else; send this one with a new id.',
  TooLate: () =>
    'The ledger no longer knows commands as old as this one, so it may have been executed before; ' +
    'look at the account, and if it was not, send it with a new id.',
};
