import type { SnapshotKeys } from '#event-store';
import {
  BrokenRule,
  REMEMBER_EVERYTHING,
  SNAPSHOT_SHAPE,
  UnreadableEvent,
  emptyAccount,
  evolve,
  deserializeEvent,
  snapshotDifference,
  fromSnapshot,
  type Account,
} from '#ledger';
import type { KnownSettings } from '../checks/known-settings.js';
import type { EventSource, StoredEvent } from '../store/event-source.js';
import { StoreRefusedError } from '../store/errors.js';
import { Findings } from '../checks/findings.js';
import type { SnapshotSource, StoredSnapshot } from '../store/snapshot-source.js';

export interface SnapshotPassOptions {
  readonly streams: readonly string[];
}

export interface SnapshotPassResult {
  readonly findings: Findings;
  /** Compared with their events. */
  readonly compared: number;
  /** Sealed with a key that was not given, so the seal could not be checked. */
  readonly unknownKeys: number;
  /** Of another version's shape, or of accounts whose events could not be replayed that far. */
  readonly notCompared: number;
}

export interface SnapshotAccess {
  readonly snapshots: Pick<SnapshotSource, 'forStream'>;
  /** null: no key was given. */
  readonly keys: SnapshotKeys | null;
}

export interface SnapshotPassContext extends SnapshotAccess {
  readonly source: Pick<EventSource, 'streamEvents'>;
  readonly known: KnownSettings;
}

/** Replays each account that has snapshots and compares its state at the revision of each snapshot. */
export async function runSnapshotPass(
  options: SnapshotPassContext,
  { streams }: SnapshotPassOptions,
  progress: (events: number) => void,
): Promise<SnapshotPassResult> {
  const pass = new SnapshotPass(options, progress);
  for (const stream of streams) await pass.account(stream);
  return pass.result;
}

class SnapshotPass {
  readonly #findings = new Findings();
  #compared = 0;
  #unknownKeys = 0;
  #notCompared = 0;

  constructor(
    private readonly options: SnapshotPassContext,
    private readonly progress: (events: number) => void,
  ) {}

  get result(): SnapshotPassResult {
    return {
      findings: this.#findings,
      compared: this.#compared,
      unknownKeys: this.#unknownKeys,
      notCompared: this.#notCompared,
    };
  }

  /** Snapshots are read before the events, so that no snapshot is newer than the last event read. */
  async account(stream: string): Promise<void> {
    const all = await this.options.snapshots.forStream(stream);
    const readable = all.filter((one) => this.#isReadable(one));
    const pending = [...readable].sort((a, b) => a.revision - b.revision);
    const account = emptyAccount(REMEMBER_EVERYTHING);
    const isBroken = await this.#replay(stream, account, pending);
    for (const one of pending) {
      if (isBroken) this.#notCompared += 1;
      else this.#differs(one, `its stream ends at revision ${account.revision}`);
    }
  }

  /** True: the events can't be replayed up to the last snapshot. The other passes say where and why. */
  async #replay(stream: string, account: Account, pending: StoredSnapshot[]): Promise<boolean> {
    this.#compareAt(null, account, pending);
    if (pending.length === 0) return false;
    try {
      for await (const page of this.options.source.streamEvents(stream, null)) {
        this.progress(page.length);
        for (const stored of page) {
          if (stored.revision !== account.revision + 1) return true;
          evolve(account, deserializeEvent(stored).event);
          this.#compareAt(stored, account, pending);
          if (pending.length === 0) return false;
        }
      }
      return false;
    } catch (error) {
      const isOfStore = error instanceof StoreRefusedError || error instanceof UnreadableEvent;
      if (isOfStore || error instanceof BrokenRule) return true;
      throw error;
    }
  }

  /** Compares, and removes, the pending snapshots up to the account's revision. */
  #compareAt(stored: StoredEvent | null, account: Account, pending: StoredSnapshot[]): void {
    for (;;) {
      const [next] = pending;
      if (next === undefined || next.revision > account.revision) return;
      pending.shift();
      const difference =
        stored === null ? 'there is no such revision' : this.#difference(next, stored, account);
      this.#compared += 1;
      if (difference !== null) this.#differs(next, difference);
    }
  }

  #difference(snapshot: StoredSnapshot, stored: StoredEvent, whole: Account): string | null {
    const hash = Buffer.from(snapshot.hash).toString('hex');
    if (hash !== stored.hash) return `its hash is ${hash}, that of its event ${stored.hash}`;
    const policy = this.options.known.policies.get(policyOf(snapshot)) ?? null;
    let kept: Account;
    try {
      kept = fromSnapshot(snapshot.state, policy ?? REMEMBER_EVERYTHING);
    } catch {
      return 'it is not the state of an account';
    }
    return snapshotDifference(kept, whole, { isLenient: policy === null });
  }

  /** Whether processes of this version read the snapshot. Its seal is checked in any case. */
  #isReadable(snapshot: StoredSnapshot): boolean {
    const { stream, key, keyId } = snapshot;
    const sealed = this.options.keys?.check(stream, key, snapshot) ?? 'unknown-key';
    if (sealed === 'unknown-key') this.#unknownKeys += 1;
    if (sealed === 'forged') {
      const detail = `its seal is not one of the key ${keyId}, or of another snapshot`;
      this.#report('snapshot-forged', snapshot, detail);
    }
    if (key.startsWith(`${SNAPSHOT_SHAPE}:`)) return true;
    this.#notCompared += 1;
    return false;
  }

  #differs(snapshot: StoredSnapshot, detail: string): void {
    this.#report('snapshot-differs', snapshot, detail);
  }

  #report(
    kind: 'snapshot-forged' | 'snapshot-differs',
    { stream, revision }: StoredSnapshot,
    detail: string,
  ): void {
    this.#findings.add({ kind, position: null, stream, revision, detail });
  }
}

/** A key is the shape, the fingerprint of the policy and, in a newer one, the rules. */
const policyOf = ({ key }: StoredSnapshot): string => key.split(':')[1] ?? '';
