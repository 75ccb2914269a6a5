import type { Snapshot } from '#event-store';
import { snapshotDifference, fromSnapshot, type Account } from '#ledger';
import type { ProcessorContext } from './processor-options.js';
import { RecentSnapshots } from './recent-snapshots.js';

/** Folds the events of a stream from the first one up to and including that revision. */
export type ReplayUpTo = (stream: string, revision: number) => Promise<Account>;

/** Called when a snapshot is not what its events come to. */
export type OnDifference = (stream: string, snapshot: Snapshot) => Promise<void>;

/**
 * Holds some of the snapshots that were loaded against all events before them, one at a time and
 * beside the commands. A seal says who made a snapshot; only the events say whether it is right.
 */
export class SnapshotChecker {
  #checking: Promise<void> | null = null;
  readonly #checked = new RecentSnapshots();

  constructor(
    private readonly context: ProcessorContext,
    private readonly replayUpTo: ReplayUpTo,
    private readonly onDifference: OnDifference,
  ) {}

  /** One that comes while another is checked is left out: the next process to load it may take it. */
  offer(stream: string, snapshot: Snapshot): void {
    if (this.#checking !== null || this.context.timers.isCancelled || !this.#isInSample(snapshot))
      return;
    if (this.#checked.has(stream, snapshot)) return;
    this.#checking = this.#check(stream, snapshot).finally(() => (this.#checking = null));
  }

  async idle(): Promise<void> {
    await this.#checking;
  }

  /**
   * The same for every process that loads it. It goes by the hash of the event, which nobody can
   * choose who may write snapshots alone.
   */
  #isInSample({ hash }: Snapshot): boolean {
    const { snapshotCheckOneIn: oneIn } = this.context.limits;
    return oneIn > 0 && Buffer.from(hash).readUInt32BE(0) % oneIn === 0;
  }

  async #check(stream: string, snapshot: Snapshot): Promise<void> {
    const { observer, policy } = this.context;
    try {
      const replayed = await this.replayUpTo(stream, snapshot.revision);
      const difference = snapshotDifference(fromSnapshot(snapshot.state, policy), replayed);
      observer.snapshotChecked(stream);
      this.#checked.add(stream, snapshot);
      if (difference === null) return;
      observer.snapshotDiffers(stream, snapshot.revision, difference);
    } catch (cause) {
      // Commands of the account meet the same trouble, and are answered with it.
      observer.snapshotIgnored(stream, `not checked: ${String(cause)}`);
      return;
    }
    await this.onDifference(stream, snapshot);
  }
}
