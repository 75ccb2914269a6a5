import type { KeyObject } from 'node:crypto';
import type { Account, LedgerEvent } from '#ledger';
import type { SignedAnchor } from './anchor-file.js';
import { provesPreviousAnchor } from './compare-anchors.js';
import { parseTrustedAnchor } from './read-anchor.js';
import { accountLeaf } from './merkle-hashes.js';
import { rootFromInclusionProof } from './merkle-proofs.js';
import type { KnownPolicies } from '../checks/known-policies.js';
import { AccountChecker } from '../checks/account-checker.js';
import { Findings } from '../checks/findings.js';
import type { Proof } from './proof-file.js';

export interface ProofCheckResult {
  readonly anchor: SignedAnchor;
  readonly account: Account;
  readonly last: LedgerEvent | null;
  readonly events: number;
  /** Why the proof is not valid; empty: it is. */
  readonly faults: readonly string[];
}

/**
 * Checks that the events are exactly the signed ones of the account, and that the rules produce them.
 * It needs the public key and no store.
 */
export function checkProof(
  name: string,
  { header, events }: Proof,
  key: KeyObject,
  policies: KnownPolicies,
): ProofCheckResult {
  const anchor = parseTrustedAnchor(`the anchor in ${name}`, header.anchor, key);
  const faults: string[] = [];
  if (!provesPreviousAnchor(anchor))
    faults.push('the anchor does not hold the one that it follows');
  const root = rootFromInclusionProof(
    accountLeaf(header),
    header.index,
    anchor.accounts,
    header.path,
  );
  if (root !== anchor.accountsRoot) {
    faults.push('its path does not lead from this account to the accounts that were signed');
  }
  const findings = new Findings();
  let last: LedgerEvent | null = null;
  const checker = new AccountChecker(
    header.stream,
    policies,
    (damage) => findings.add(damage),
    (event) => (last = event),
  );
  let count = 0;
  let newest = '';
  for (const event of events) {
    checker.check({ ...event, stream: header.stream });
    count += 1;
    newest = event.hash;
  }
  checker.finish();
  for (const { kind, revision, detail } of findings.kept) {
    faults.push(`revision ${revision}: ${kind}, ${detail}`);
  }
  if (count !== header.revision + 1 || newest !== header.hash) {
    faults.push('its events are not all of those that were signed, or more than those');
  }
  return { anchor, account: checker.rules.account, last, events: count, faults };
}
