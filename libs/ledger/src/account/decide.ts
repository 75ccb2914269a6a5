import type { Account } from './state.js';
import { assertNever, invariant } from '../support/assert.js';
import { collectDebts } from './collect-debts.js';
import type { LedgerCommand } from './commands.js';
import { consume } from './consume.js';
import { recordDueEvents } from './due.js';
import { isNonEmpty, type AccountEvent, type NonEmpty } from './events.js';
import { extend } from './extend.js';
import { findAnswered } from './idempotency-window.js';
import { PendingEvents } from './pending-events.js';
import { recharge } from './recharge.js';
import { refund } from './refund.js';
import type { Refusal } from './refusals.js';
import { reinstate, reverse } from './reverse.js';
import type { Terms } from './rules.js';
import { settle } from './settle.js';
import { later, epochMs } from '../support/time.js';

export type Decision =
  /** The command was executed or refused; both are recorded as events. */
  | { readonly kind: 'record'; readonly events: NonEmpty<AccountEvent> }
  /** ExpirePoints found nothing due. */
  | { readonly kind: 'nothing' }
  /** Answered before, by the events that begin at that revision: `repeatAnswer` answers from them. */
  | { readonly kind: 'repeat'; readonly revision: number }
  /** Not in the idempotency window, and too old to be told from a repeat. */
  | { readonly kind: 'tooLate' }
  /** Another service keeps the account, or kept it when the command came. The command may come again. */
  | { readonly kind: 'notTakenOver' };

/** The moment that counts for a command: an account's time never runs backwards. */
export const effectiveAt = (command: Pick<LedgerCommand, 'at'>, account: Pick<Account, 'at'>) =>
  later(command.at, account.at);

/**
 * Decides one command by the rules. The terms are those of the settings in force at `effectiveAt`, and
 * the account remembers by their policy. The account is left unchanged.
 */
export function decide(command: LedgerCommand, account: Account, terms: Terms): Decision {
  const at = effectiveAt(command, account);
  const atMs = at === account.at ? account.atMs : epochMs(at);
  const answered = findAnswered(account, command.commandId, atMs);
  if (answered) return { kind: 'repeat', revision: answered.revision };
  const { takeOver } = account;
  // Before the opening its sender may have had the same done there.
  const isOfOldService =
    takeOver !== null && (takeOver.openedAt === null || command.at < takeOver.openedAt);
  if (isOfOldService) return { kind: 'notTakenOver' };
  // Commands that left the window since the last event are older than this one, so the stored limit is
  // enough.
  if (command.at <= account.forgottenUntil) return { kind: 'tooLate' };
  if (takeOver?.phase === 'handed_back') return { kind: 'notTakenOver' };
  const pending = new PendingEvents(command, at, account, terms);
  recordDueEvents(pending);
  const refusal = handleCommand(pending, command);
  if (refusal) {
    pending.record({ type: 'CommandRefused', commandType: command.type, ...refusal }, 0);
  }
  collectDebts(pending);
  const { events } = pending;
  return isNonEmpty(events) ? { kind: 'record', events } : { kind: 'nothing' };
}

/** Records the events of the command, or returns why it is refused. The checks have a fixed order. */
function handleCommand(pending: PendingEvents, command: LedgerCommand): Refusal | null {
  switch (command.type) {
    case 'RechargePoints':
      return recharge(pending, command);
    case 'ConsumePoints':
      return consume(pending, command);
    case 'ExtendConsumption':
      return extend(onlyByRules2(pending), command);
    case 'SettleConsumption':
      return settle(pending, command);
    case 'RefundPoints':
      return refund(pending, command);
    case 'ReverseRecharge':
      return reverse(onlyByRules2(pending), command);
    case 'ReinstateRecharge':
      return reinstate(onlyByRules2(pending), command);
    case 'ExpirePoints':
      return null;
    default:
      return assertNever(command);
  }
}

/** Under rules 1 the edge knows no such command, and what it lets in is never judged by older rules. */
function onlyByRules2(pending: PendingEvents): PendingEvents {
  invariant(pending.rules.number >= 2, 'rules 1 are not told of commands of rules 2');
  return pending;
}
