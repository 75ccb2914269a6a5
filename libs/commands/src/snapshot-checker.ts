import type { Snapshot } from '#event-store';
import { snapshotDifference, fromSnapshot, type Account } from '#ledger';
import type { SettingsInForce } from '#settings';
import type { SnapshotInUse } from './account-snapshots.js';
import type { ProcessorContext } from './processor-options.js';
import { RecentSnapshots } from './recent-snapshots.js';

/** Replays a stream from its first event up to and including the revision. */
export type ReplayUpTo = (
  stream: string,
  revision: number,
  settings: SettingsInForce,
) => Promise<Account>;

/** Called when a snapshot differs from its events. */
export type OnDifference = (stream: string, used: SnapshotInUse) => Promise<void>;

/**
 * Compares a sample of the loaded snapshots with all their events, one at a time and in the
 * background. A seal proves who made a snapshot; only the events prove that it is right.
 */
export class SnapshotChecker {
  #checking: Promise<void> | null = null;
  readonly #checked = new RecentSnapshots();

  constructor(
    private readonly context: ProcessorContext,
    private readonly replayUpTo: ReplayUpTo,
    private readonly onDifference: OnDifference,
  ) {}

  /** Skips the snapshot while another one is checked: the next process that loads it may check it. */
  offer(stream: string, used: SnapshotInUse): void {
    const { snapshot } = used;
    if (
      this.#checking !== null ||
      this.context.timers.signal.aborted ||
      !this.#isInSample(snapshot)
    )
      return;
    if (this.#checked.has(stream, snapshot)) return;
    this.#checking = this.#check(stream, used).finally(() => (this.#checking = null));
  }

  async idle(): Promise<void> {
    await this.#checking;
  }

  /**
   * Every process makes the same choice. It depends on the hash of the event, which can't be chosen
   * by someone who may write snapshots only.
   */
  #isInSample({ hash }: Snapshot): boolean {
    const { snapshotCheckOneIn: oneIn } = this.context.limits;
    return oneIn > 0 && Buffer.from(hash).readUInt32BE(0) % oneIn === 0;
  }

  async #check(stream: string, used: SnapshotInUse): Promise<void> {
    const { observer } = this.context;
    const { snapshot, settings } = used;
    try {
      const replayed = await this.replayUpTo(stream, snapshot.revision, settings);
      const difference = snapshotDifference(
        fromSnapshot(snapshot.state, settings.policy),
        replayed,
      );
      observer.snapshotChecked(stream);
      this.#checked.add(stream, snapshot);
      if (difference === null) return;
      observer.snapshotDiffers(stream, snapshot.revision, difference);
    } catch (cause) {
      // Commands of the account meet the same error and report it.
      observer.snapshotIgnored(stream, `not checked: ${String(cause)}`);
      return;
    }
    await this.onDifference(stream, used);
  }
}
