import type { KeyObject } from 'node:crypto';
import type { Account, LedgerEvent } from '#ledger';
import type { SignedAnchor } from './anchor-file.js';
import { holdsPrevious } from './compare-anchors.js';
import { trusted } from './read-anchor.js';
import { accountLeaf } from './merkle-hashes.js';
import { rootByPath } from './merkle-proofs.js';
import { toStoredEvent } from '../store/event-source.js';
import type { KnownPolicies } from '../checks/known-policies.js';
import { AccountChecker } from '../checks/account-checker.js';
import { Findings } from '../checks/findings.js';
import type { Proof } from './proof-file.js';

export interface CheckedProof {
  readonly anchor: SignedAnchor;
  readonly account: Account;
  readonly last: LedgerEvent | null;
  readonly events: number;
  /** What does not hold; empty: all of it does. */
  readonly faults: readonly string[];
}

/**
 * Whether the events are exactly those of the account that were signed, and such as the rules make.
 * Needs the key and nothing else.
 */
export function checkProof(
  name: string,
  { head, events }: Proof,
  key: KeyObject,
  policies: KnownPolicies,
): CheckedProof {
  const anchor = trusted(`the anchor in ${name}`, head.anchor, key);
  const faults: string[] = [];
  if (!holdsPrevious(anchor)) faults.push('the anchor does not hold the one that it follows');
  const root = rootByPath(accountLeaf(head), head.index, anchor.accounts, head.path);
  if (root !== anchor.accountsRoot) {
    faults.push('its path does not lead from this account to the accounts that were signed');
  }
  const findings = new Findings();
  let last: LedgerEvent | null = null;
  const audit = new AccountChecker(
    head.stream,
    policies,
    (damage) => findings.add(damage),
    (event) => (last = event),
  );
  let count = 0;
  let newest = '';
  for (const event of events) {
    audit.check(toStoredEvent({ ...event, stream: head.stream }));
    count += 1;
    newest = event.hash;
  }
  audit.finish();
  for (const { kind, revision, detail } of findings.kept) {
    faults.push(`revision ${revision}: ${kind}, ${detail}`);
  }
  if (count !== head.revision + 1 || newest !== head.hash) {
    faults.push('its events are not all of those that were signed, or more than those');
  }
  return { anchor, account: audit.rules.account, last, events: count, faults };
}
