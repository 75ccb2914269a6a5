import { CHAIN_START } from '#identity';
import { emptyAccount, type Account, type AccountPolicy } from '#ledger';
import type { SettingsInForce } from '#settings';

/**
 * The state of an account on which commands are decided, and the end of its hash chain. It may be
 * out of date at any time: the revision that an append expects is the check.
 */
export interface LoadedAccount {
  readonly stream: string;
  /** Changed in place as commands are decided, and discarded when they could not be recorded. */
  readonly account: Account;
  /** By whose policy the account remembers. */
  readonly settings: SettingsInForce;
  /** Hash of the event at `account.revision`. */
  hash: Uint8Array;
  /** Revision of the newest snapshot; -1 when there is none. */
  snapshotRevision: number;
}

/** The account before its first event. */
export function unwrittenAccount(
  stream: string,
  settings: SettingsInForce,
  policy: AccountPolicy = settings.policy,
): LoadedAccount {
  const account = emptyAccount(policy);
  return { stream, account, settings, hash: CHAIN_START, snapshotRevision: -1 };
}

/** The size of the state, counted in commands, consumptions and batches. */
export function entryCount({ account }: LoadedAccount): number {
  return 1 + account.answered.size + account.consumptions.size + account.batches.size;
}
