import { CHAIN_START } from '#identity';
import { emptyAccount, type Account, type Policy } from '#ledger';

/**
 * What the writer of an account starts from: its state, and where its chain of hashes ends. It may
 * be out of date at any time; the revision that an append expects is the check.
 */
export interface LoadedAccount {
  readonly stream: string;
  /** Changed in place as commands are decided: thrown away when they could not be recorded. */
  readonly account: Account;
  /** Hash of the event at `account.revision`. */
  hash: Uint8Array;
  /** Revision of the newest snapshot of it; -1: there is none. */
  snapshotRevision: number;
}

export function unwrittenAccount(stream: string, policy: Policy): LoadedAccount {
  return { stream, account: emptyAccount(policy), hash: CHAIN_START, snapshotRevision: -1 };
}

/** How much memory it takes, counted in the things that it remembers. */
export function entryCount({ account }: LoadedAccount): number {
  return 1 + account.answered.size + account.consumptions.size + account.batches.size;
}
