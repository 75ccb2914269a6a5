import type { Snapshot, SnapshotStore, UnsealedSnapshot } from './port.js';
import type { SealCheck, SnapshotKeys } from './snapshot-keys.js';

export type LoadedSnapshot =
  | { readonly kind: 'none' }
  | { readonly kind: 'good'; readonly snapshot: Snapshot }
  /** Nothing of it may be used. */
  | { readonly kind: 'rejected'; readonly because: Exclude<SealCheck, 'good'> };

/** A snapshot store that returns only snapshots sealed with one of our keys. */
export class SealedSnapshots {
  constructor(
    private readonly store: SnapshotStore,
    private readonly keys: SnapshotKeys,
  ) {}

  /**
   * A snapshot with an invalid seal is removed, because one with a forged high revision would prevent
   * every later one from being saved.
   */
  async load(stream: string, key: string): Promise<LoadedSnapshot> {
    const snapshot = await this.store.load(stream, key);
    if (snapshot === null) return { kind: 'none' };
    const because = this.keys.check(stream, key, snapshot);
    if (because === 'good') return { kind: 'good', snapshot };
    await this.store.remove(stream, key, snapshot.mac);
    return { kind: 'rejected', because };
  }

  save(stream: string, key: string, snapshot: UnsealedSnapshot): Promise<void> {
    return this.store.save(stream, key, this.keys.seal(stream, key, snapshot));
  }

  remove(stream: string, key: string, { mac }: Snapshot): Promise<void> {
    return this.store.remove(stream, key, mac);
  }
}
