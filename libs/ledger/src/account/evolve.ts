import { emptyAccount, type Account } from './state.js';
import { applyEvent } from './apply.js';
import type { LedgerEvent } from './events.js';
import { evict, updateWindows } from './idempotency-window.js';
import type { Policy } from './policy.js';

/** The account after all of that, ready to decide. */
export function replay(history: Iterable<LedgerEvent>, policy: Policy): Account {
  const account = emptyAccount(policy);
  for (const event of history) evolve(account, event);
  return account;
}

/**
 * The event already happened: evolve never refuses. One that the rules could not have produced is a
 * BrokenRule, and the account is not to be used any more.
 */
export function evolve(account: Account, event: LedgerEvent): void {
  const closingsBefore = account.closings;
  applyEvent(account, event);
  updateWindows(account, event, closingsBefore);
}

/**
 * Goes on under another policy. A history that was written under a more generous one may name what
 * this one has forgotten: it is folded under REMEMBER_EVERYTHING, and then adopts the one in force.
 */
export function adoptPolicy(account: Account, policy: Policy): void {
  account.policy = policy;
  evict(account);
}
