import type { SealedSnapshots, Snapshot } from '#event-store';
import { SNAPSHOT_SHAPE, toSnapshot, fromSnapshot, type Policy } from '#ledger';
import type { LoadedAccount } from './loaded-account.js';
import type { ProcessorContext } from './processor-options.js';
import { RecentSnapshots } from './recent-snapshots.js';

/** An account out of a snapshot, and the snapshot as it was stored. */
export interface LoadedSnapshot {
  readonly baseline: LoadedAccount;
  readonly snapshot: Snapshot;
}

/** Spares a long stream being read from its beginning. Whatever is wrong with a snapshot, it is not used. */
export class AccountSnapshots {
  readonly #key: string;
  readonly #pendingSaves = new Set<Promise<void>>();
  /** Should one not be removed where it is stored, it is not used again. */
  readonly #rejected = new RecentSnapshots();

  constructor(
    private readonly store: SealedSnapshots,
    private readonly context: ProcessorContext,
  ) {
    this.#key = `${SNAPSHOT_SHAPE}:${context.policyFingerprint}`;
  }

  async load(stream: string): Promise<LoadedSnapshot | null> {
    const { limits, observer, policy, timers: waits } = this.context;
    try {
      const loading = this.store.load(stream, this.#key);
      const loaded = await waits.withTimeout(limits.attemptMsMax, loading);
      if (loaded.kind === 'none') return null;
      if (loaded.kind === 'rejected') {
        if (loaded.because === 'forged') observer.snapshotForged(stream);
        else observer.snapshotIgnored(stream, 'it was sealed with a key that is not known');
        return null;
      }
      const { snapshot } = loaded;
      if (this.#rejected.has(stream, snapshot)) return null;
      return { snapshot, baseline: accountFromSnapshot(stream, snapshot, policy) };
    } catch (cause) {
      observer.snapshotIgnored(stream, cause instanceof Error ? cause.message : String(cause));
      return null;
    }
  }

  /**
   * Never uses it again, and removes it where it is stored; also one that was saved since, which may
   * stand on it and carry a good seal.
   */
  async reject(stream: string, snapshot: Snapshot): Promise<void> {
    const { limits, observer, timers: waits } = this.context;
    this.#rejected.add(stream, snapshot);
    await this.idle();
    try {
      await waits.withTimeout(limits.attemptMsMax, this.#removeWhatIsStored(stream, snapshot));
    } catch (cause) {
      observer.snapshotNotSaved(stream, cause);
    }
  }

  async #removeWhatIsStored(stream: string, snapshot: Snapshot): Promise<void> {
    await this.store.remove(stream, this.#key, snapshot);
    const since = await this.store.load(stream, this.#key);
    if (since.kind === 'good') await this.store.remove(stream, this.#key, since.snapshot);
  }

  /** Called when the baseline is as stored. Saving goes on while the desk does other things. */
  offer(baseline: LoadedAccount): void {
    const { snapshotEvery, pendingSnapshotsMax: pendingSnapshotsMax } = this.context.limits;
    if (baseline.account.revision - baseline.snapshotRevision < snapshotEvery) return;
    if (this.#pendingSaves.size >= pendingSnapshotsMax) return;
    baseline.snapshotRevision = baseline.account.revision;
    const saving = this.#save(baseline).finally(() => this.#pendingSaves.delete(saving));
    this.#pendingSaves.add(saving);
  }

  async idle(): Promise<void> {
    await Promise.all(this.#pendingSaves);
  }

  async #save({ stream, account, hash }: LoadedAccount): Promise<void> {
    const { limits, observer, timers: waits } = this.context;
    try {
      const snapshot = { revision: account.revision, hash, state: toSnapshot(account) };
      const saving = this.store.save(stream, this.#key, snapshot);
      await waits.withTimeout(limits.attemptMsMax, saving);
    } catch (cause) {
      observer.snapshotNotSaved(stream, cause);
    }
  }
}

function accountFromSnapshot(stream: string, snapshot: Snapshot, policy: Policy): LoadedAccount {
  const account = fromSnapshot(snapshot.state, policy);
  if (account.revision !== snapshot.revision) {
    throw new Error(`kept as of revision ${snapshot.revision}, it says ${account.revision}`);
  }
  return { stream, account, hash: snapshot.hash, snapshotRevision: snapshot.revision };
}
