import type { MessageRefusalCode, RefusalCode, RefusalDetails } from '#ledger';

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
      `${detail('asked')} more points would pass the limit: the balance is ${detail('balance')}, ` +
      `and ${detail('held')} are held in open pre-deductions`,
  ),
  TooManyBatches: withRetryHint(() => 'The account has as many batches with points left as it may'),
  ConsumptionIdReused: withRetryHint(
    (detail) => `Another consumption already has the id ${detail('consumptionId')}`,
  ),
  TooManyOpen: withRetryHint(
    () => 'The open pre-deductions of the account already hold as many draws as they may',
  ),
  InsufficientPoints: withRetryHint(
    (detail) => `The balance is ${detail('balance')} points, and ${detail('asked')} were asked for`,
  ),
  UnknownConsumption: withRetryHint(
    (detail) => `No consumption with the id ${detail('consumptionId')} is remembered`,
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
    (detail) => `All points of the consumption ${detail('consumptionId')} came back already`,
  ),
  RefundExceedsConsumption: withRetryHint(
    (detail) =>
      `${detail('refundable')} points can come back, and ${detail('asked')} were asked for`,
  ),
  ConsumptionOpen: withRetryHint(
    (detail) =>
      `The consumption ${detail('consumptionId')} is still open and comes back only in full: ` +
      'settle it at what it cost instead',
  ),
  CommandIdReused: () =>
    'This id was used before, for a command that says something else; send this one with a new id.',
  TooLate: () =>
    'The ledger has forgotten commands as old as this one, so it may have been carried out before; ' +
    'look at the account, and if it was not, send it with a new id.',
};
