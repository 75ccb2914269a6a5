import { emptyAccount, type Account } from './state.js';
import { applyEvent } from './apply.js';
import type { LedgerEvent } from './events.js';
import { evict, updateWindows } from './idempotency-window.js';
import type { AccountPolicy } from '../settings/policy.js';

/** The account after all those events, ready to decide. */
export function replay(history: Iterable<LedgerEvent>, policy: AccountPolicy): Account {
  const account = emptyAccount(policy);
  for (const event of history) evolve(account, event);
  return account;
}

/**
 * Applies an event that has already happened and so can't be refused. An event that the rules could
 * not have produced throws BrokenRule, and the account must not be used any more.
 */
export function evolve(account: Account, event: LedgerEvent): void {
  applyEvent(account, event);
  updateWindows(account, event);
}

/**
 * Continues under another policy. A history that was written under a more generous policy may refer to
 * what the policy in force would already have evicted, so it is replayed under REMEMBER_EVERYTHING
 * first and adopts the policy in force afterwards.
 */
export function adoptPolicy(account: Account, policy: AccountPolicy): void {
  account.policy = policy;
  evict(account);
}
