import { createHash } from 'node:crypto';
import type { Snapshot, SnapshotStore } from '#event-store';
import { SNAPSHOT_SHAPE, freeze, thaw, type Policy } from '#ledger';
import type { Baseline } from './baseline.js';
import type { DeskTerms } from './desk-terms.js';

/** Spares a long stream being read from its beginning. Whatever is wrong with a snapshot, it is not used. */
export class SnapshotKeeper {
  readonly #key: string;
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    private readonly snapshots: SnapshotStore,
    private readonly terms: DeskTerms,
  ) {
    this.#key = `${SNAPSHOT_SHAPE}:${terms.policyPrint}`;
  }

  async load(stream: string): Promise<Baseline | null> {
    const { limits, observer, policy, waits } = this.terms;
    try {
      const loading = this.snapshots.load(stream, this.#key);
      const snapshot = await waits.within(limits.attemptMsMax, loading);
      return snapshot && thawed(stream, snapshot, policy);
    } catch (cause) {
      observer.snapshotIgnored(stream, cause instanceof Error ? cause.message : String(cause));
      return null;
    }
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
      const snapshot = { revision: account.revision, hash, state: sealed(freeze(account)) };
      const saving = this.snapshots.save(stream, this.#key, snapshot);
      await waits.within(limits.attemptMsMax, saving);
    } catch (cause) {
      observer.snapshotNotSaved(stream, cause);
    }
  }
}

function thawed(stream: string, snapshot: Snapshot, policy: Policy): Baseline {
  const account = thaw(unsealed(snapshot.state), policy);
  if (account.revision !== snapshot.revision) {
    throw new Error(`kept as of revision ${snapshot.revision}, it says ${account.revision}`);
  }
  return { stream, account, hash: snapshot.hash, snapshotAt: snapshot.revision };
}

// A state that is only slightly wrong would decide slightly wrongly, for ever: so it carries its sum.
const SUM_LENGTH = 64;

const sumOf = (state: string): string => createHash('sha256').update(state).digest('hex');

const sealed = (state: string): string => sumOf(state) + state;

function unsealed(text: string): string {
  const state = text.slice(SUM_LENGTH);
  if (text.slice(0, SUM_LENGTH) !== sumOf(state)) throw new Error('its sum is wrong');
  return state;
}
