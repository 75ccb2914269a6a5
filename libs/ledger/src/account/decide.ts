import type { Account, Consumption } from './state.js';
import { batchIdOf } from './batch-id.js';
import { assertNever } from '../support/assert.js';
import { BUSINESSES } from './businesses.js';
import { pointsOf } from './apply.js';
import type {
  ConsumePoints,
  LedgerCommand,
  RechargePoints,
  RefundPoints,
  SettleConsumption,
} from './commands.js';
import { Docket } from './pending-events.js';
import { planDraws } from './draws.js';
import { isNonEmpty, type LedgerEvent, type NonEmpty } from './events.js';
import { BALANCE_MAX, RECHARGE_BALANCE_MAX } from './limits.js';
import { isRemembered, recall } from './idempotency-window.js';
import type { RefusalCode, RefusalDetails } from './refusals.js';
import { expireTheDead, recordRefund } from './refunds.js';
import { later, msOf, plusSeconds } from '../support/time.js';
import { letTimePass } from './due.js';

export type Decision =
  /** Carried out or refused: both are events. */
  | { readonly kind: 'record'; readonly events: NonEmpty<LedgerEvent> }
  /** ExpirePoints, and nothing was due. */
  | { readonly kind: 'nothing' }
  /** Answered before, by the events that begin at that revision: read it back, `answerAgain`. */
  | { readonly kind: 'repeat'; readonly revision: number }
  /** Not remembered, and so old that it can't be told from a repeat. */
  | { readonly kind: 'tooLate' };

/** The answer of the rules to one command. Leaves the account as it is. */
export function decide(command: LedgerCommand, account: Account): Decision {
  const at = later(command.at, account.at);
  const atMs = at === account.at ? account.atMs : msOf(at);
  const answered = recall(account, command.commandId, atMs);
  if (answered) return { kind: 'repeat', revision: answered.revision };
  // What is forgotten only since then came before this command: nothing newer need be looked at.
  if (command.at <= account.forgottenUntil) return { kind: 'tooLate' };
  const docket = new Docket(command, at, account);
  letTimePass(docket);
  const refusal = carryOut(docket, command);
  if (refusal) {
    docket.record({ type: 'CommandRefused', commandType: command.type, ...refusal }, 0);
  }
  const { events } = docket;
  return isNonEmpty(events) ? { kind: 'record', events } : { kind: 'nothing' };
}

interface Refusal {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;
}

/** Records what comes of the command, or says why it is refused. Reasons are asked in their order. */
function carryOut(docket: Docket, command: LedgerCommand): Refusal | null {
  switch (command.type) {
    case 'RechargePoints':
      return recharge(docket, command);
    case 'ConsumePoints':
      return consume(docket, command);
    case 'SettleConsumption':
      return settle(docket, command);
    case 'RefundPoints':
      return refund(docket, command);
    case 'ExpirePoints':
      return null;
    default:
      return assertNever(command);
  }
}

function recharge(docket: Docket, command: RechargePoints): Refusal | null {
  const { points, expiresAt, priority, sourceId } = command;
  const { balance, held, batchesInUse } = docket.books;
  if (expiresAt !== null && expiresAt <= docket.at) {
    return { code: 'AlreadyExpired', details: { expiresAt } };
  }
  if (balance + held + points > RECHARGE_BALANCE_MAX) {
    return { code: 'BalanceLimit', details: { balance, held, asked: points } };
  }
  if (batchesInUse >= docket.policy.batchesMax) {
    return { code: 'TooManyBatches', details: {} };
  }
  const batchId = batchIdOf(command.commandId, docket.nextRevision, expiresAt);
  docket.record(
    { type: 'PointsRecharged', batchId, points, expiresAt, priority, sourceId },
    points,
  );
  return null;
}

function consume(docket: Docket, command: ConsumePoints): Refusal | null {
  const { consumptionId, points, settleWithin } = command;
  if (consumptionOf(docket, consumptionId)) {
    return { code: 'ConsumptionIdReused', details: { consumptionId } };
  }
  const { balance, openDraws } = docket.books;
  if (settleWithin !== null && openDraws >= docket.policy.openDrawsMax) {
    return { code: 'TooManyOpen', details: {} };
  }
  if (balance < points) return insufficient(docket, points);
  docket.record(
    {
      type: 'PointsConsumed',
      consumptionId,
      of: null,
      sourceType: command.sourceType,
      sourceId: command.sourceId,
      points,
      draws: planDraws(docket.books, points),
      duration: command.duration,
      settleBy: settleWithin === null ? null : plusSeconds(docket.at, settleWithin),
    },
    -points,
  );
  return null;
}

function settle(docket: Docket, command: SettleConsumption): Refusal | null {
  const { consumptionId, points: actual, duration } = command;
  const consumption = consumptionOf(docket, consumptionId);
  if (!consumption) return { code: 'UnknownConsumption', details: { consumptionId } };
  const { phase, sourceType, estimated } = consumption;
  if (phase === 'closed') return { code: 'ConsumptionClosed', details: { consumptionId } };
  if (duration !== null && !BUSINESSES[sourceType].billedBySecond) {
    return { code: 'DurationNotAllowed', details: { sourceType } };
  }
  // One that timed out was refunded in full: all that it cost is charged now.
  const charged = phase === 'open' ? estimated : 0;
  if (actual - charged > docket.balance) return insufficient(docket, actual - charged);
  const lateRevision = actual > 0 ? docket.nextRevision : null;
  const durationOf = phase === 'open' ? consumption.of : lateRevision;
  if (actual > charged) chargeMore(docket, consumption, actual - charged);
  const returns =
    actual < charged
      ? recordRefund(docket, consumption, charged - actual, 'overestimated', null)
      : [];
  recordSettled(docket, consumption, { actual, duration, durationOf });
  expireTheDead(docket, returns);
  return null;
}

function refund(docket: Docket, command: RefundPoints): Refusal | null {
  const { consumptionId, points, reason } = command;
  const consumption = consumptionOf(docket, consumptionId);
  if (!consumption) return { code: 'UnknownConsumption', details: { consumptionId } };
  if (consumption.phase === 'timed_out') {
    recordSettled(docket, consumption, { actual: 0, duration: null, durationOf: null });
    return null;
  }
  const refundable = pointsOf(consumption.draws);
  const asked = points ?? refundable;
  if (refundable === 0) return { code: 'NothingToRefund', details: { consumptionId } };
  if (asked > refundable)
    return { code: 'RefundExceedsConsumption', details: { refundable, asked } };
  const isOpen = consumption.phase === 'open';
  if (isOpen && asked < refundable) return { code: 'ConsumptionOpen', details: { consumptionId } };
  const { balance, held } = docket.books;
  if (!isOpen && balance + held + asked > BALANCE_MAX) {
    return { code: 'BalanceLimit', details: { balance, held, asked } };
  }
  const cause = isOpen ? 'cancelled' : 'refunded';
  expireTheDead(docket, recordRefund(docket, consumption, asked, cause, reason));
  return null;
}

/** The consumption that the account remembers by that id. */
function consumptionOf(docket: Docket, consumptionId: string): Consumption | undefined {
  const { consumptions, closings } = docket.books;
  const found = consumptions.get(consumptionId);
  return found && isRemembered(found, closings, docket.policy, docket.atMs) ? found : undefined;
}

function chargeMore(docket: Docket, consumption: Consumption, points: number): void {
  docket.record(
    {
      type: 'PointsConsumed',
      consumptionId: consumption.consumptionId,
      of: consumption.of,
      sourceType: consumption.sourceType,
      sourceId: consumption.sourceId,
      points,
      draws: planDraws(docket.books, points),
      duration: null,
      settleBy: null,
    },
    -points,
  );
}

function recordSettled(
  docket: Docket,
  { consumptionId, of, estimated }: Consumption,
  real: { actual: number; duration: number | null; durationOf: number | null },
): void {
  docket.record({ type: 'ConsumptionSettled', consumptionId, of, estimated, ...real }, 0);
}

function insufficient(docket: Docket, asked: number): Refusal {
  return { code: 'InsufficientPoints', details: { balance: docket.balance, asked } };
}
