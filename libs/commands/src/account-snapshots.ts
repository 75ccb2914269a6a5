import { withTimeout } from '#async';
import type { SealedSnapshots, Snapshot } from '#event-store';
import { SNAPSHOT_SHAPE, toSnapshot, fromSnapshot } from '#ledger';
import type { SettingsInForce } from '#settings';
import type { LoadedAccount } from './loaded-account.js';
import type { ProcessorContext } from './processor-options.js';
import { RecentSnapshots } from './recent-snapshots.js';

/** A stored snapshot, and the account that was decoded from it. */
export interface LoadedSnapshot {
  readonly account: LoadedAccount;
  readonly snapshot: Snapshot;
}

/** A snapshot, and the settings under which it was made and is used. */
export interface SnapshotInUse {
  readonly snapshot: Snapshot;
  readonly settings: SettingsInForce;
}

/** What an account remembers depends on the policy, and how it is kept on the rules. */
const keyOf = ({ stateKey }: SettingsInForce): string => `${SNAPSHOT_SHAPE}:${stateKey}`;

/** Loads and saves snapshots. Invalid ones are ignored, and a failing store does not delay commands. */
export class AccountSnapshots {
  readonly #pendingSaves = new Set<Promise<void>>();
  /** A rejected snapshot is not used again, even if it can't be removed from the store. */
  readonly #rejected = new RecentSnapshots();

  constructor(
    private readonly store: SealedSnapshots,
    private readonly context: ProcessorContext,
  ) {}

  async load(stream: string, settings: SettingsInForce): Promise<LoadedSnapshot | null> {
    const { observer } = this.context;
    try {
      const loaded = await this.#within(this.store.load(stream, keyOf(settings)));
      if (loaded.kind === 'none') return null;
      if (loaded.kind === 'rejected') {
        if (loaded.because === 'forged') observer.snapshotForged(stream);
        else observer.snapshotIgnored(stream, 'its key is unknown');
        return null;
      }
      const { snapshot } = loaded;
      if (this.#rejected.has(stream, snapshot)) return null;
      return { snapshot, account: accountFromSnapshot(stream, snapshot, settings) };
    } catch (cause) {
      observer.snapshotIgnored(stream, cause instanceof Error ? cause.message : String(cause));
      return null;
    }
  }

  /**
   * Removes the snapshot and never uses it again. One that was saved since is removed too: it may
   * have been made from the rejected one, and would carry a valid seal.
   */
  async reject(stream: string, used: SnapshotInUse): Promise<void> {
    this.#rejected.add(stream, used.snapshot);
    await this.idle();
    try {
      await this.#within(this.#removeStored(stream, used));
    } catch (cause) {
      this.context.observer.snapshotNotSaved(stream, cause);
    }
  }

  async #removeStored(stream: string, { snapshot, settings }: SnapshotInUse): Promise<void> {
    const key = keyOf(settings);
    await this.store.remove(stream, key, snapshot);
    const since = await this.store.load(stream, key);
    if (since.kind === 'good') await this.store.remove(stream, key, since.snapshot);
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

  async #save({ stream, account, hash, settings }: LoadedAccount): Promise<void> {
    try {
      const snapshot = { revision: account.revision, hash, state: toSnapshot(account) };
      await this.#within(this.store.save(stream, keyOf(settings), snapshot));
    } catch (cause) {
      this.context.observer.snapshotNotSaved(stream, cause);
    }
  }
}

function accountFromSnapshot(
  stream: string,
  snapshot: Snapshot,
  settings: SettingsInForce,
): LoadedAccount {
  const account = fromSnapshot(snapshot.state, settings.policy);
  if (account.revision !== snapshot.revision) {
    throw new Error(
      `stored at revision ${snapshot.revision}, it holds revision ${account.revision}`,
    );
  }
  const { hash, revision } = snapshot;
  return { stream, account, settings, hash, snapshotRevision: revision };
}
