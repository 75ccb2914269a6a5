import type { MessageRefusalCode, RefusalDetails } from '#ledger';
import type { WireRefusalCode } from './refusal-codes.js';

/**
 * Tells the sender why a command was refused. A refusal by the rules is recorded, so the same id gets
 * it again, and the sentence says to use a new one.
 */
export function refusalMessage(
  code: WireRefusalCode | MessageRefusalCode,
  details: RefusalDetails | null,
): string {
  const detail = (name: string): string => String(details?.[name] ?? 'unknown');
  return messages[code](detail);
}

type DetailLookup = (name: string) => string;

const withRetryHint =
  (sentence: (detail: DetailLookup) => string) =>
  (detail: DetailLookup): string =>
    `${sentence(detail)}; to try again, send it with a new id.`;

const messages: Record<WireRefusalCode | MessageRefusalCode, (detail: DetailLookup) => string> = {
  AlreadyExpired: withRetryHint(
    (detail) => `The points would have expired at ${detail('expiresAt')}, which is past`,
  ),
  BalanceLimit: withRetryHint(
    (detail) =>
      `${detail('asked')} more points would exceed the limit: the balance is ${detail('balance')}, ` +
      `and ${detail('held')} are held in open pre-deductions`,
  ),
  TooManyBatches: withRetryHint(
    () => 'The account already has the maximum number of batches with points left',
  ),
  ConsumptionIdReused: withRetryHint(
    (detail) => `Another consumption already has the id ${detail('consumptionId')}`,
  ),
  TooManyOpen: withRetryHint(
    () => 'The open pre-deductions of the account already hold the maximum number of draws',
  ),
  InsufficientPoints: withRetryHint(
    (detail) => `The balance is ${detail('balance')} points, and ${detail('asked')} were requested`,
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
  CommandIdReused: () =>
    'This id was used before, for a command that says something else; send this one with a new id.',
  TooLate: () =>
    'The ledger no longer knows commands as old as this one, so it may have been executed before; ' +
    'look at the account, and if it was not, send it with a new id.',
};
