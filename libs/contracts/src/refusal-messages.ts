import type { MessageRefusalCode, RefusalCode, RefusalDetails } from '#ledger';

/** Why not, for the one who asked. A refusal of the rules is remembered: the same id gets it again. */
export function detailOf(
  code: RefusalCode | MessageRefusalCode,
  details: RefusalDetails | null,
): string {
  const told = (name: string): string => String(details?.[name] ?? 'unknown');
  return sentences[code](told);
}

type Told = (name: string) => string;

const remembered =
  (sentence: (told: Told) => string) =>
  (told: Told): string =>
    `${sentence(told)}; to try again, send it with a new id.`;

const sentences: Record<RefusalCode | MessageRefusalCode, (told: Told) => string> = {
  AlreadyExpired: remembered(
    (told) => `The points would have expired at ${told('expiresAt')}, which is past`,
  ),
  BalanceLimit: remembered(
    (told) =>
      `${told('asked')} more points would pass the limit: the balance is ${told('balance')}, ` +
      `and ${told('held')} are held in open pre-deductions`,
  ),
  TooManyBatches: remembered(() => 'The account has as many batches with points left as it may'),
  ConsumptionIdReused: remembered(
    (told) => `Another consumption already has the id ${told('consumptionId')}`,
  ),
  TooManyOpen: remembered(
    () => 'The open pre-deductions of the account already hold as many draws as they may',
  ),
  InsufficientPoints: remembered(
    (told) => `The balance is ${told('balance')} points, and ${told('asked')} were asked for`,
  ),
  UnknownConsumption: remembered(
    (told) => `No consumption with the id ${told('consumptionId')} is remembered`,
  ),
  ConsumptionClosed: remembered(
    (told) =>
      `The consumption ${told('consumptionId')} is closed: it was settled or cancelled, ` +
      'or never was a pre-deduction',
  ),
  DurationNotAllowed: remembered(
    (told) =>
      `A consumption of ${told('sourceType')} has no duration: it is not billed by the second`,
  ),
  NothingToRefund: remembered(
    (told) => `All points of the consumption ${told('consumptionId')} came back already`,
  ),
  RefundExceedsConsumption: remembered(
    (told) => `${told('refundable')} points can come back, and ${told('asked')} were asked for`,
  ),
  ConsumptionOpen: remembered(
    (told) =>
      `The consumption ${told('consumptionId')} is still open and comes back only in full: ` +
      'settle it at what it cost instead',
  ),
  CommandIdReused: () =>
    'This id was used before, for a command that says something else; send this one with a new id.',
  TooLate: () =>
    'The ledger has forgotten commands as old as this one, so it may have been carried out before; ' +
    'look at the account, and if it was not, send it with a new id.',
};
