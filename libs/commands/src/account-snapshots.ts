import { withTimeout } from '#async';
import type { SealedSnapshots, Snapshot } from '#event-store';
import { SNAPSHOT_SHAPE, TERMS_OF_RULES_1, toSnapshot, fromSnapshot, type Policy } from '#ledger';
import type { LoadedAccount } from './loaded-account.js';
import type { ProcessorContext } from './processor-options.js';
import { RecentSnapshots } from './recent-snapshots.js';

/** A stored snapshot, and the account that was decoded from it. */
export interface LoadedSnapshot {
  readonly account: LoadedAccount;
  readonly snapshot: Snapshot;
}

/** Loads and saves snapshots. Invalid ones are ignored, and a failing store does not delay commands. */
export class AccountSnapshots {
  readonly #key: string;
  readonly #pendingSaves = new Set<Promise<void>>();
  /** A rejected snapshot is not used again, even if it can't be removed from the store. */
  readonly #rejected = new RecentSnapshots();

  constructor(
    private readonly store: SealedSnapshots,
    private readonly context: ProcessorContext,
  ) {
    this.#key = `${SNAPSHOT_SHAPE}:${TERMS_OF_RULES_1.rules.number}:${context.policyFingerprint}`;
  }

  async load(stream: string): Promise<LoadedSnapshot | null> {
    const { observer, policy } = this.context;
    try {
      const loaded = await this.#within(this.store.load(stream, this.#key));
      if (loaded.kind === 'none') return null;
      if (loaded.kind === 'rejected') {
        if (loaded.because === 'forged') observer.snapshotForged(stream);
        else observer.snapshotIgnored(stream, 'its key is unknown');
        return null;
      }
      const { snapshot } = loaded;
      if (this.#rejected.has(stream, snapshot)) return null;
      return { snapshot, account: accountFromSnapshot(stream, snapshot, policy) };
    } catch (cause) {
      observer.snapshotIgnored(stream, cause instanceof Error ? cause.message : String(cause));
      return null;
    }
  }

  /**
   * Removes the snapshot and never uses it again. One that was saved since is removed too: it may
   * have been made from the rejected one, and would carry a valid seal.
   */
  async reject(stream: string, snapshot: Snapshot): Promise<void> {
    this.#rejected.add(stream, snapshot);
    await this.idle();
    try {
      await this.#within(this.#removeStored(stream, snapshot));
    } catch (cause) {
      this.context.observer.snapshotNotSaved(stream, cause);
    }
  }

  async #removeStored(stream: string, snapshot: Snapshot): Promise<void> {
    await this.store.remove(stream, this.#key, snapshot);
    const since = await this.store.load(stream, this.#key);
    if (since.kind === 'good') await this.store.remove(stream, this.#key, since.snapshot);
  }

  /** Saves a snapshot in the background when enough events were recorded since the last one. */
  offer(loaded: LoadedAccount): void {
    const { snapshotEvery, pendingSnapshotsMax } = this.context.limits;
    if (loaded.account.revision - loaded.snapshotRevision < snapshotEvery) return;
    if (this.#pendingSaves.size >= pendingSnapshotsMax) return;
    loaded.snapshotRevision = loaded.account.revision;
    const saving = this.#save(loaded).finally(() => this.#pendingSaves.delete(saving));
    this.#pendingSaves.add(saving);
  }

  async idle(): Promise<void> {
    await Promise.all(this.#pendingSaves);
  }

  #within<T>(call: Promise<T>): Promise<T> {
    const { limits, timers } = this.context;
    return withTimeout(call, limits.attemptMsMax, { clock: timers });
  }

  async #save({ stream, account, hash }: LoadedAccount): Promise<void> {
    try {
      const snapshot = { revision: account.revision, hash, state: toSnapshot(account) };
      await this.#within(this.store.save(stream, this.#key, snapshot));
    } catch (cause) {
      this.context.observer.snapshotNotSaved(stream, cause);
    }
  }
}

function accountFromSnapshot(stream: string, snapshot: Snapshot, policy: Policy): LoadedAccount {
  const account = fromSnapshot(snapshot.state, policy);
  if (account.revision !== snapshot.revision) {
    throw new Error(
      `stored at revision ${snapshot.revision}, it holds revision ${account.revision}`,
    );
  }
  return { stream, account, hash: snapshot.hash, snapshotRevision: snapshot.revision };
}
