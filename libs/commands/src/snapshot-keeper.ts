import type { SealedSnapshots, Snapshot } from '#event-store';
import { SNAPSHOT_SHAPE, freeze, thaw, type Policy } from '#ledger';
import type { Baseline } from './baseline.js';
import type { DeskTerms } from './desk-terms.js';
import { SealSet } from './seal-set.js';

/** An account out of a snapshot, and the snapshot as it was stored. */
export interface Resumed {
  readonly baseline: Baseline;
  readonly snapshot: Snapshot;
}

/** Spares a long stream being read from its beginning. Whatever is wrong with a snapshot, it is not used. */
export class SnapshotKeeper {
  readonly #key: string;
  readonly #underWay = new Set<Promise<void>>();
  /** Should one not be removed where it is stored, it is not used again. */
  readonly #distrusted = new SealSet();

  constructor(
    private readonly snapshots: SealedSnapshots,
    private readonly terms: DeskTerms,
  ) {
    this.#key = `${SNAPSHOT_SHAPE}:${terms.policyPrint}`;
  }

  async load(stream: string): Promise<Resumed | null> {
    const { limits, observer, policy, waits } = this.terms;
    try {
      const loading = this.snapshots.load(stream, this.#key);
      const loaded = await waits.within(limits.attemptMsMax, loading);
      if (loaded.kind === 'none') return null;
      if (loaded.kind === 'rejected') {
        if (loaded.because === 'forged') observer.snapshotForged(stream);
        else observer.snapshotIgnored(stream, 'it was sealed with a key that is not known');
        return null;
      }
      const { snapshot } = loaded;
      if (this.#distrusted.has(stream, snapshot)) return null;
      return { snapshot, baseline: thawed(stream, snapshot, policy) };
    } catch (cause) {
      observer.snapshotIgnored(stream, cause instanceof Error ? cause.message : String(cause));
      return null;
    }
  }

  /**
   * Never uses it again, and removes it where it is stored; also one that was saved since, which may
   * stand on it and carry a good seal.
   */
  async distrust(stream: string, snapshot: Snapshot): Promise<void> {
    const { limits, observer, waits } = this.terms;
    this.#distrusted.add(stream, snapshot);
    await this.idle();
    try {
      await waits.within(limits.attemptMsMax, this.#removeWhatIsStored(stream, snapshot));
    } catch (cause) {
      observer.snapshotNotSaved(stream, cause);
    }
  }

  async #removeWhatIsStored(stream: string, snapshot: Snapshot): Promise<void> {
    await this.snapshots.remove(stream, this.#key, snapshot);
    const since = await this.snapshots.load(stream, this.#key);
    if (since.kind === 'good') await this.snapshots.remove(stream, this.#key, since.snapshot);
  }

  /** Called when the baseline is as stored. Saving goes on while the desk does other things. */
  offer(baseline: Baseline): void {
    const { snapshotEvery, snapshotsUnderWayMax } = this.terms.limits;
    if (baseline.account.revision - baseline.snapshotAt < snapshotEvery) return;
    if (this.#underWay.size >= snapshotsUnderWayMax) return;
    baseline.snapshotAt = baseline.account.revision;
    const saving = this.#save(baseline).finally(() => this.#underWay.delete(saving));
    this.#underWay.add(saving);
  }

  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #save({ stream, account, hash }: Baseline): Promise<void> {
    const { limits, observer, waits } = this.terms;
    try {
      const snapshot = { revision: account.revision, hash, state: freeze(account) };
      const saving = this.snapshots.save(stream, this.#key, snapshot);
      await waits.within(limits.attemptMsMax, saving);
    } catch (cause) {
      observer.snapshotNotSaved(stream, cause);
    }
  }
}

function thawed(stream: string, snapshot: Snapshot, policy: Policy): Baseline {
  const account = thaw(snapshot.state, policy);
  if (account.revision !== snapshot.revision) {
    throw new Error(`kept as of revision ${snapshot.revision}, it says ${account.revision}`);
  }
  return { stream, account, hash: snapshot.hash, snapshotAt: snapshot.revision };
}
