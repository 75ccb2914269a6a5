import type { CommandOutcome, OutcomeCode } from '#contracts';
import { Problem } from '../common/problems/problem.js';

const STATUS_BY_CODE: Record<OutcomeCode, 400 | 409 | 422> = {
  AlreadyExpired: 422,
  BalanceLimit: 422,
  TooManyBatches: 422,
  ConsumptionIdReused: 422,
  TooManyOpen: 422,
  InsufficientPoints: 422,
  UnknownConsumption: 422,
  ConsumptionClosed: 422,
  DurationNotAllowed: 422,
  NothingToRefund: 422,
  RefundExceedsConsumption: 422,
  ConsumptionOpen: 422,
  UnknownBusiness: 422,
  QuantityNotAllowed: 422,
  QuantityMissing: 422,
  NoPrice: 422,
  NothingToCharge: 422,
  PriceTooHigh: 422,
  ConsumptionTimedOut: 422,
  HoldTooLong: 422,
  RechargeIdReused: 422,
  UnknownRecharge: 422,
  NothingToReverse: 422,
  ReversalExceedsRecharge: 422,
  NothingToReinstate: 422,
  ReinstatementExceedsReversal: 422,
  TooManySlices: 422,
  CommandIdReused: 409,
  TooLate: 422,
  NotTakenOver: 409,
  Invalid: 400,
};

/** An account is opened within a moment; its sender hasn't long to wait. */
const NOT_TAKEN_OVER_RETRY_SECONDS = 1;

/** The last part of the problem's `type`: the code in kebab case. */
export const refusalProblemName = (code: OutcomeCode): string =>
  code.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();

export const refusalStatus = (code: OutcomeCode): number => STATUS_BY_CODE[code];

/** The problem that says why a command was refused, with its whole outcome. */
export function refusalProblem(outcome: CommandOutcome, code: OutcomeCode): Problem {
  return new Problem({
    status: refusalStatus(code),
    name: refusalProblemName(code),
    title: 'Command refused',
    detail: outcome.detail ?? code,
    ...(code === 'NotTakenOver' && { retryAfterSeconds: NOT_TAKEN_OVER_RETRY_SECONDS }),
    extensions: { code, outcome },
  });
}
