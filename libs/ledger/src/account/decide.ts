import type { Account, Consumption } from './state.js';
import { batchIdOf } from './batch-id.js';
import { assertNever } from '../support/assert.js';
import { BUSINESSES } from './businesses.js';
import { totalPoints } from './apply.js';
import type {
  ConsumePoints,
  LedgerCommand,
  RechargePoints,
  RefundPoints,
  SettleConsumption,
} from './commands.js';
import { PendingEvents } from './pending-events.js';
import { planDraws } from './draws.js';
import { isNonEmpty, type LedgerEvent, type NonEmpty } from './events.js';
import { BALANCE_MAX, RECHARGE_BALANCE_MAX } from './limits.js';
import { isConsumptionRetained, findAnswered } from './idempotency-window.js';
import type { RefusalCode, RefusalDetails } from './refusals.js';
import { expireReturnedBatches, recordRefund } from './refunds.js';
import { later, epochMs, plusSeconds } from '../support/time.js';
import { recordDueEvents } from './due.js';

export type Decision =
  /** The command was executed or refused; both are recorded as events. */
  | { readonly kind: 'record'; readonly events: NonEmpty<LedgerEvent> }
  /** ExpirePoints found nothing due. */
  | { readonly kind: 'nothing' }
  /** Answered before, by the events that begin at that revision: `repeatAnswer` answers from them. */
  | { readonly kind: 'repeat'; readonly revision: number }
  /** Not in the idempotency window, and too old to be told from a repeat. */
  | { readonly kind: 'tooLate' };

/** Decides one command by the rules. The account is left unchanged. */
export function decide(command: LedgerCommand, account: Account): Decision {
  const at = later(command.at, account.at);
  const atMs = at === account.at ? account.atMs : epochMs(at);
  const answered = findAnswered(account, command.commandId, atMs);
  if (answered) return { kind: 'repeat', revision: answered.revision };
  // Commands that left the window since the last event are older than this one, so the stored limit is
  // enough.
  if (command.at <= account.forgottenUntil) return { kind: 'tooLate' };
  const pending = new PendingEvents(command, at, account);
  recordDueEvents(pending);
  const refusal = handleCommand(pending, command);
  if (refusal) {
    pending.record({ type: 'CommandRefused', commandType: command.type, ...refusal }, 0);
  }
  const { events } = pending;
  return isNonEmpty(events) ? { kind: 'record', events } : { kind: 'nothing' };
}

interface Refusal {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;
}

/** Records the events of the command, or returns why it is refused. The checks have a fixed order. */
function handleCommand(pending: PendingEvents, command: LedgerCommand): Refusal | null {
  switch (command.type) {
    case 'RechargePoints':
      return recharge(pending, command);
    case 'ConsumePoints':
      return consume(pending, command);
    case 'SettleConsumption':
      return settle(pending, command);
    case 'RefundPoints':
      return refund(pending, command);
    case 'ExpirePoints':
      return null;
    default:
      return assertNever(command);
  }
}

function recharge(pending: PendingEvents, command: RechargePoints): Refusal | null {
  const { points, expiresAt, priority, sourceId } = command;
  const { balance, held, batchesInUse } = pending.state;
  if (expiresAt !== null && expiresAt <= pending.at) {
    return { code: 'AlreadyExpired', details: { expiresAt } };
  }
  if (balance + held + points > RECHARGE_BALANCE_MAX) {
    return { code: 'BalanceLimit', details: { balance, held, asked: points } };
  }
  if (batchesInUse >= pending.policy.batchesMax) {
    return { code: 'TooManyBatches', details: {} };
  }
  const batchId = batchIdOf(command.commandId, pending.nextRevision, expiresAt);
  pending.record(
    { type: 'PointsRecharged', batchId, points, expiresAt, priority, sourceId },
    points,
  );
  return null;
}

function consume(pending: PendingEvents, command: ConsumePoints): Refusal | null {
  const { consumptionId, points, settleWithin } = command;
  if (retainedConsumption(pending, consumptionId)) {
    return { code: 'ConsumptionIdReused', details: { consumptionId } };
  }
  const { balance, openDraws } = pending.state;
  if (settleWithin !== null && openDraws >= pending.policy.openDrawsMax) {
    return { code: 'TooManyOpen', details: {} };
  }
  if (balance < points) return insufficient(pending, points);
  pending.record(
    {
      type: 'PointsConsumed',
      consumptionId,
      of: null,
      sourceType: command.sourceType,
      sourceId: command.sourceId,
      points,
      draws: planDraws(pending.state, points),
      duration: command.duration,
      settleBy: settleWithin === null ? null : plusSeconds(pending.at, settleWithin),
    },
    -points,
  );
  return null;
}

function settle(pending: PendingEvents, command: SettleConsumption): Refusal | null {
  const { consumptionId, points: actual, duration } = command;
  const consumption = retainedConsumption(pending, consumptionId);
  if (!consumption) return { code: 'UnknownConsumption', details: { consumptionId } };
  const { phase, sourceType, estimated } = consumption;
  if (phase === 'closed') return { code: 'ConsumptionClosed', details: { consumptionId } };
  if (duration !== null && !BUSINESSES[sourceType].billedBySecond) {
    return { code: 'DurationNotAllowed', details: { sourceType } };
  }
  // A pre-deduction that timed out was refunded in full, so its whole cost is charged now.
  const charged = phase === 'open' ? estimated : 0;
  if (actual - charged > pending.balance) return insufficient(pending, actual - charged);
  const lateRevision = actual > 0 ? pending.nextRevision : null;
  const durationOf = phase === 'open' ? consumption.of : lateRevision;
  if (actual > charged) chargeMore(pending, consumption, actual - charged);
  const returns =
    actual < charged
      ? recordRefund(pending, consumption, charged - actual, 'overestimated', null)
      : [];
  recordSettled(pending, consumption, { actual, duration, durationOf });
  expireReturnedBatches(pending, returns);
  return null;
}

function refund(pending: PendingEvents, command: RefundPoints): Refusal | null {
  const { consumptionId, points, reason } = command;
  const consumption = retainedConsumption(pending, consumptionId);
  if (!consumption) return { code: 'UnknownConsumption', details: { consumptionId } };
  if (consumption.phase === 'timed_out') {
    recordSettled(pending, consumption, { actual: 0, duration: null, durationOf: null });
    return null;
  }
  const refundable = totalPoints(consumption.draws);
  const requested = points ?? refundable;
  if (refundable === 0) return { code: 'NothingToRefund', details: { consumptionId } };
  if (requested > refundable)
    return { code: 'RefundExceedsConsumption', details: { refundable, asked: requested } };
  const isOpen = consumption.phase === 'open';
  if (isOpen && requested < refundable)
    return { code: 'ConsumptionOpen', details: { consumptionId } };
  const { balance, held } = pending.state;
  if (!isOpen && balance + held + requested > BALANCE_MAX) {
    return { code: 'BalanceLimit', details: { balance, held, asked: requested } };
  }
  const cause = isOpen ? 'cancelled' : 'refunded';
  expireReturnedBatches(pending, recordRefund(pending, consumption, requested, cause, reason));
  return null;
}

/** The consumption with that id, unless its window has ended by the time of the command. */
function retainedConsumption(
  pending: PendingEvents,
  consumptionId: string,
): Consumption | undefined {
  const { consumptions, closings } = pending.state;
  const found = consumptions.get(consumptionId);
  return found && isConsumptionRetained(found, closings, pending.policy, pending.atMs)
    ? found
    : undefined;
}

function chargeMore(pending: PendingEvents, consumption: Consumption, points: number): void {
  pending.record(
    {
      type: 'PointsConsumed',
      consumptionId: consumption.consumptionId,
      of: consumption.of,
      sourceType: consumption.sourceType,
      sourceId: consumption.sourceId,
      points,
      draws: planDraws(pending.state, points),
      duration: null,
      settleBy: null,
    },
    -points,
  );
}

function recordSettled(
  pending: PendingEvents,
  { consumptionId, of, estimated }: Consumption,
  real: { actual: number; duration: number | null; durationOf: number | null },
): void {
  pending.record({ type: 'ConsumptionSettled', consumptionId, of, estimated, ...real }, 0);
}

function insufficient(pending: PendingEvents, requested: number): Refusal {
  return { code: 'InsufficientPoints', details: { balance: pending.balance, asked: requested } };
}
