import type { Account, AccountState, AnsweredCommand, Consumption } from './state.js';
import { findDebt } from './debts.js';
import { evictBatches } from './evict-batches.js';
import type { LedgerEvent } from './events.js';
import { isImportEvent, type ImportEvent } from './import-events.js';
import type { Policy } from '../settings/policy.js';
import { daysToMs, later } from '../support/time.js';

// The idempotency window holds the commands whose repeats are recognised; a second window holds the
// consumptions that can still be settled or refunded. Both are judged at the time of the command. The
// state evicts only what no later command could ask for, so eviction is never visible.

/** The command with that id, if it is in the idempotency window at that time. */
export function findAnswered(
  account: Account,
  commandId: string,
  atMs: number,
): AnsweredCommand | undefined {
  const found = account.answered.get(commandId);
  if (!found) return undefined;
  // Commands leave the window oldest first: while the oldest is inside, every other one is too.
  const oldest = account.answeredQueue[account.answeredFrom];
  if (oldest && !isEvicted(account, oldest, account.answeredFrom, atMs)) return found;
  return isEvicted(account, found, indexOf(account, found), atMs) ? undefined : found;
}

/** As long as its debt is open, a consumption is retained, whatever its age. */
export function isConsumptionRetained(
  consumption: Consumption,
  state: Pick<AccountState, 'closings' | 'debts'>,
  policy: Policy,
  atMs: number,
): boolean {
  return (
    isInClosedWindow(consumption, state.closings, policy, atMs) ||
    findDebt(state, consumption.of) !== undefined
  );
}

function isInClosedWindow(
  consumption: Consumption,
  closings: number,
  policy: Policy,
  atMs: number,
): boolean {
  if (consumption.closing === 0) return true;
  return (
    closings - consumption.closing < policy.consumptionsMax &&
    consumption.closedAtMs >= atMs - daysToMs(policy.refundableDays)
  );
}

/** Brings both windows up to date after the event was applied. */
export function updateWindows(account: Account, event: LedgerEvent): void {
  if (isImportEvent(event)) return updateByImport(account, event);
  addAnswered(account, event);
  if (account.justClosed !== null) {
    account.closedQueue.push(account.justClosed);
    account.justClosed = null;
  }
  if (event.type !== 'DebtForgiven') return evict(account);
  // The refund or the reinstatement that it begins still needs what the debt retained.
  evictCommands(account);
  releaseConsumption(account, event.consumptionId);
}

/** No sender sent it, so that it is no command to remember. An opening brings closed consumptions in. */
function updateByImport(account: Account, event: ImportEvent): void {
  if (event.type !== 'AccountOpened') return;
  for (const { consumptionId } of event.closed) {
    const closed = account.consumptions.get(consumptionId);
    if (closed) account.closedQueue.push(closed);
  }
  evict(account);
}

/** A consumption that only its debt retained is evicted with the next event. */
function releaseConsumption(account: Account, consumptionId: string | null): void {
  if (consumptionId === null) return;
  const consumption = account.consumptions.get(consumptionId);
  if (consumption === undefined || findDebt(account, consumption.of) !== undefined) return;
  const oldest = account.closedQueue[account.closedFrom];
  if (oldest !== undefined && oldest.closing <= consumption.closing) return;
  account.closedQueue = [consumption, ...account.closedQueue.slice(account.closedFrom)];
  account.closedFrom = 0;
}

function addAnswered(account: Account, event: LedgerEvent): void {
  const newest = account.answeredQueue.at(-1);
  // The same id with another `receivedAt` is a new command, whose predecessor has left the window.
  if (newest?.commandId === event.commandId && newest.receivedAt === event.receivedAt) return;
  const answered: AnsweredCommand = {
    commandId: event.commandId,
    revision: account.revision,
    atMs: account.atMs,
    receivedAt: event.receivedAt,
  };
  account.answered.set(event.commandId, answered);
  account.answeredQueue.push(answered);
}

/** Drops everything that no command can refer to from now on. */
export function evict(account: Account): void {
  evictCommands(account);
  evictConsumptions(account);
  if (account.batches.size >= account.evictBatchesAt) evictBatches(account);
}

function isEvicted(
  account: Account,
  answered: AnsweredCommand,
  index: number,
  atMs: number,
): boolean {
  return isOutsideWindow(account.policy, answered, account.answeredQueue.length - 1 - index, atMs);
}

/** Whether a command has left the window at that time, with that many newer commands answered. */
export function isOutsideWindow(
  policy: Policy,
  answered: AnsweredCommand,
  newer: number,
  atMs: number,
): boolean {
  const { rememberMin, rememberMax, rememberDays } = policy;
  if (newer >= rememberMax) return true;
  return newer >= rememberMin && answered.atMs < atMs - daysToMs(rememberDays);
}

/** Binary search: the queue is ordered by revision. */
function indexOf(account: Account, answered: AnsweredCommand): number {
  let low = account.answeredFrom;
  let high = account.answeredQueue.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((account.answeredQueue[middle] as AnsweredCommand).revision < answered.revision)
      low = middle + 1;
    else high = middle;
  }
  return low;
}

function evictCommands(account: Account): void {
  const queue = account.answeredQueue;
  for (;;) {
    const oldest = queue[account.answeredFrom];
    if (!oldest || !isEvicted(account, oldest, account.answeredFrom, account.atMs)) break;
    account.forgottenUntil = later(account.forgottenUntil, oldest.receivedAt);
    // The same id may have been answered again since this entry left the window.
    if (account.answered.get(oldest.commandId) === oldest)
      account.answered.delete(oldest.commandId);
    account.answeredFrom += 1;
  }
  if (shouldCompact(account.answeredFrom, queue.length)) {
    account.answeredQueue = queue.slice(account.answeredFrom);
    account.answeredFrom = 0;
  }
}

function evictConsumptions(account: Account): void {
  const queue = account.closedQueue;
  for (;;) {
    const oldest = queue[account.closedFrom];
    if (!oldest || isInClosedWindow(oldest, account.closings, account.policy, account.atMs)) break;
    // A consumption that closed again since is in the queue a second time, further on. One that has
    // an open debt comes back into the queue when the debt is forgiven.
    const current = account.consumptions.get(oldest.consumptionId);
    if (current?.closing === oldest.closing && findDebt(account, oldest.of) === undefined) {
      account.consumptions.delete(oldest.consumptionId);
    }
    account.closedFrom += 1;
  }
  if (shouldCompact(account.closedFrom, queue.length)) {
    account.closedQueue = queue.slice(account.closedFrom);
    account.closedFrom = 0;
  }
}

const shouldCompact = (evicted: number, length: number): boolean =>
  evicted > 256 && evicted > length / 2;
