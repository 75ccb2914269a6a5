import { refusalSentence } from '#contracts';
import type { RefusalCode, RefusalDetails } from '#ledger';
import { refusalProblemName } from '../commands/command-refusal.js';
import { Problem } from '../common/problems/problem.js';

/** Why a consumption without points would be refused, whatever the account has. */
export const QUOTE_REFUSALS = [
  'NoPrice',
  'UnknownBusiness',
  'DurationNotAllowed',
  'QuantityNotAllowed',
  'QuantityMissing',
  'NothingToCharge',
  'PriceTooHigh',
] as const satisfies readonly RefusalCode[];

interface QuoteRefusal {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;
}

export const quoteRefused = ({ code, details }: QuoteRefusal): Problem =>
  new Problem({
    status: 422,
    name: refusalProblemName(code),
    title: 'Quote refused',
    detail: `${refusalSentence(code, details)}.`,
    extensions: { code },
  });
