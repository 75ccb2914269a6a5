import type { Pool, PoolClient } from 'pg';

import { retry, type RetryLimits } from '#async';
import type { EventStore } from '#event-store';
import {
  PostgresTableWriter,
  AdvisoryLock,
  compareVersions,
  createVersion,
  dropVersion,
  lockLiveVersion,
  inTransaction,
  createIndexes,
  mayNumberApart,
  numbersApart,
  readParkedIn,
  readCheckpoint,
  readCheckpoints,
  renumber,
  type Checkpoint,
  type Comparison,
  type FollowsDirectly,
  type NewParkedAccount,
  type TableDifference,
  type VersionState,
} from '#read-model';

import { unparkIn } from '../parking/unpark-accounts.js';
import { Backfill } from './backfill.js';
import { Throttle, type Progress } from './throttle.js';
import {
  NumberedApartError,
  SWITCH_LIMITS,
  switchTo,
  type SwitchLimits,
} from './switch-version.js';

/** Events read from the store by one call. */
const PAGE_EVENTS = 1_000;

export type RebuildStep = 'created' | 'filled' | 'indexed' | 'compared' | 'renumbered' | 'switched';

export interface RebuildObserver {
  /** A crash after this is resumed after the step. */
  readonly stepCompleted?: (step: RebuildStep, version: number) => void;
  readonly progressed?: (progress: Progress) => void;
  /** An account was parked in the version that is built. The rebuild goes on. */
  readonly parked?: (version: number, account: NewParkedAccount) => void;
  /** The number of accounts that are parked in one of the versions, and were not compared. */
  readonly accountsSkipped?: (accounts: number) => void;
  readonly switchBlocked?: (tries: number) => void;
}

export interface RebuildOptions {
  readonly store: EventStore;
  readonly pool: Pool;
  readonly name: string;
  readonly observer: RebuildObserver;
  readonly followsDirectly?: FollowsDirectly;
  readonly eventsPerSecondMax?: number;
  readonly transactionEventsMax?: number;
  readonly switchLimits?: SwitchLimits;
}

export type RebuildOutcome =
  | { readonly kind: 'switched'; readonly from: number; readonly to: number }
  /** The versions differ and were not switched. An operator may accept the differences. */
  | {
      readonly kind: 'differs';
      readonly version: number;
      readonly differences: readonly TableDifference[];
    }
  /** A version is kept for a rollback, and must be dropped before another rebuild. */
  | { readonly kind: 'kept'; readonly live: number; readonly kept: number }
  /** Another rebuild is running. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'dropped'; readonly version: number }
  /** There is no version to roll back to, or to drop. */
  | { readonly kind: 'nothing' };

/** Two versions do not stand at the same position: another process writes to one of them. */
class NotAlignedError extends Error {
  override readonly name = 'NotAlignedError';
}

const ALIGN_LIMITS: RetryLimits = {
  backoffMsMin: 20,
  backoffMsMax: 200,
  attemptsMax: 10,
  totalMsMax: 5_000,
};

/**
 * Rebuilds the read tables from the events, switches versions and drops them. Each command continues
 * where it crashed.
 */
export class Rebuild {
  readonly #options: RebuildOptions;

  constructor(options: RebuildOptions) {
    this.#options = options;
  }

  /** Builds the next version beside the live one, compares, and switches. */
  run(
    choice: { readonly acceptDifferences: boolean },
    signal: AbortSignal,
  ): Promise<RebuildOutcome> {
    return this.#withRebuildLock(async () => {
      const { live, kept, building } = await this.#versions();
      if (live !== null && kept !== null) {
        return { kind: 'kept', live: live.version, kept: kept.version };
      }
      const version =
        building?.version ?? (await createVersion(this.#options.pool, this.#options.name));
      this.#stepCompleted('created', version);
      const backfill = await this.#openBackfill(version);
      await this.#catchUpWithLive(backfill, signal);
      this.#stepCompleted('filled', version);
      await createIndexes(this.#options.pool, version);
      this.#stepCompleted('indexed', version);
      await this.#tryParkedAgain(version, signal);
      await this.#catchUpWithLive(backfill, signal);
      const { differences, skippedAccounts, isApart } = await this.#compare(
        version,
        backfill,
        signal,
      );
      this.#stepCompleted('compared', version);
      if (skippedAccounts > 0) this.#options.observer.accountsSkipped?.(skippedAccounts);
      if (differences.length > 0 && !choice.acceptDifferences) {
        return { kind: 'differs', version, differences };
      }
      if (isApart) await this.#renumber(version);
      return this.#switch(version, backfill, signal);
    });
  }

  /**
   * A rebuild may wait for days when the tables differ. An account whose fault was repaired in the
   * meantime must not be parked by the switch.
   */
  async #tryParkedAgain(version: number, signal: AbortSignal): Promise<void> {
    const { pool, name } = this.#options;
    for (const userId of await readParkedIn(pool, name, version)) {
      signal.throwIfAborted();
      await unparkIn(this.#options, version, userId);
    }
  }

  /** Makes the version that is kept live again, and keeps the other one. */
  rollBack(signal: AbortSignal): Promise<RebuildOutcome> {
    return this.#withRebuildLock(async () => {
      const { kept } = await this.#versions();
      if (kept === null) return { kind: 'nothing' };
      const { version } = kept;
      const backfill = await this.#openBackfill(version);
      await this.#catchUpWithLive(backfill, signal);
      if (await this.#isApart(version, backfill, signal)) await this.#renumber(version);
      return this.#switch(version, backfill, signal);
    });
  }

  /** Drops the version that is kept, or one whose rebuild was abandoned. */
  drop(state: Exclude<VersionState, 'live'>): Promise<RebuildOutcome> {
    const { pool, name, switchLimits = SWITCH_LIMITS } = this.#options;
    return this.#withRebuildLock(async () => {
      const checkpoint = (await this.#versions())[state];
      if (checkpoint === null) return { kind: 'nothing' };
      const { version } = checkpoint;
      await dropVersion(pool, name, version, switchLimits.lockWaitMsMax);
      return { kind: 'dropped', version };
    });
  }

  async #withRebuildLock(work: () => Promise<RebuildOutcome>): Promise<RebuildOutcome> {
    const { pool, name } = this.#options;
    const lock = await AdvisoryLock.tryAcquire(pool, `rebuild of ${name}`);
    if (lock === null) return { kind: 'busy' };
    try {
      return await work();
    } finally {
      await lock.release();
    }
  }

  async #versions(): Promise<Record<VersionState, Checkpoint | null>> {
    const versions = await readCheckpoints(this.#options.pool, this.#options.name);
    const inState = (state: VersionState): Checkpoint | null =>
      versions.find((checkpoint) => checkpoint.state === state) ?? null;
    return { building: inState('building'), live: inState('live'), kept: inState('kept') };
  }

  async #openBackfill(version: number): Promise<Backfill> {
    const { store, pool, name, followsDirectly, observer } = this.#options;
    const throttle = new Throttle(this.#options.eventsPerSecondMax ?? Infinity);
    const { live, ...others } = await this.#versions();
    const total = live?.eventCount ?? 0;
    const before = others.building?.eventCount ?? 0;
    let events = before;
    const { transactionEventsMax: eventsMax } = this.#options;
    const writer = new PostgresTableWriter(pool, {
      name,
      version,
      ...(followsDirectly !== undefined && { followsDirectly }),
      ...(eventsMax !== undefined && { eventsMax }),
    });
    return new Backfill({
      store,
      writer,
      pageEvents: Math.min(PAGE_EVENTS, eventsMax ?? Infinity),
      throttle: (count, signal) => throttle.wait(count, signal),
      onParked: (account) => observer.parked?.(version, account),
      onProgress: (count) => {
        events += count;
        const eventsPerSecond = (events - before) / throttle.seconds;
        observer.progressed?.({ version, events, total, eventsPerSecond });
      },
    });
  }

  async #compare(
    next: number,
    backfill: Backfill,
    signal: AbortSignal,
  ): Promise<Comparison & { readonly isApart: boolean }> {
    const { name } = this.#options;
    return this.#inSnapshot(next, backfill, signal, async (snapshot, live) => {
      const comparison = await compareVersions(snapshot, name, live, next);
      const both = { name, live, next };
      const isApart =
        (comparison.differences.length > 0 || (await mayNumberApart(snapshot, both))) &&
        (await numbersApart(snapshot, both));
      return { ...comparison, isApart };
    });
  }

  /**
   * Whether ids that the live version gave out would name other rows in this one. A projector also writes
   * to a version that is kept, and may be ahead of the live one whenever both are looked at: then they count
   * as different, which is always safe.
   */
  async #isApart(next: number, backfill: Backfill, signal: AbortSignal): Promise<boolean> {
    const attempt = (): Promise<boolean> =>
      this.#inSnapshot(next, backfill, signal, async (snapshot, live) => {
        const both = { name: this.#options.name, live, next };
        return (await mayNumberApart(snapshot, both)) && (await numbersApart(snapshot, both));
      });
    const isRetried = (error: unknown): boolean => error instanceof NotAlignedError;
    try {
      return await retry(attempt, { ...ALIGN_LIMITS, isRetried, signal });
    } catch (error) {
      if (error instanceof NotAlignedError) return true;
      throw error;
    }
  }

  async #renumber(version: number): Promise<void> {
    const { pool, name } = this.#options;
    await renumber(pool, { name, version });
    this.#stepCompleted('renumbered', version);
  }

  /** Works in a snapshot in which both versions stand at the same position. */
  #inSnapshot<T>(
    version: number,
    backfill: Backfill,
    signal: AbortSignal,
    work: (snapshot: PoolClient, live: number) => Promise<T>,
  ): Promise<T> {
    return inTransaction(
      this.#options.pool,
      async (snapshot) =>
        work(snapshot, await this.#alignWithLive(snapshot, version, backfill, signal)),
      'snapshot',
    );
  }

  /** Locks the live version for a moment, so that the snapshot begins with both at one position. */
  async #alignWithLive(
    snapshot: PoolClient,
    version: number,
    backfill: Backfill,
    signal: AbortSignal,
  ): Promise<number> {
    const { pool, name, switchLimits = SWITCH_LIMITS } = this.#options;
    return inTransaction(pool, async (client) => {
      const live = await lockLiveVersion(client, name, switchLimits.lockWaitMsMax);
      const held = await readCheckpoint(client, name, live);
      if (held?.position) await backfill.runTo(held.position, signal);
      const [one, other] = [
        await readCheckpoint(snapshot, name, live),
        await readCheckpoint(snapshot, name, version),
      ];
      if (one?.position !== other?.position) {
        throw new NotAlignedError(`the versions stand at ${one?.position} and ${other?.position}`);
      }
      return live;
    });
  }

  async #switch(version: number, backfill: Backfill, signal: AbortSignal): Promise<RebuildOutcome> {
    const { pool, name, observer, switchLimits: limits = SWITCH_LIMITS } = this.#options;
    const waits = (tries: number): void => observer.switchBlocked?.(tries);
    const attempt = async (): Promise<number> => {
      await this.#catchUpWithLive(backfill, signal);
      return switchTo({ pool, name, limits, onBlocked: waits }, version, backfill, signal);
    };
    const from = await attempt().catch(async (error: unknown) => {
      if (!(error instanceof NumberedApartError)) throw error;
      // Since they were compared, an account was parked or unparked in one of the two.
      await this.#renumber(version);
      return attempt();
    });
    this.#stepCompleted('switched', version);
    return { kind: 'switched', from, to: version };
  }

  /** A version that is ahead of the live one could not be compared with it. */
  async #catchUpWithLive(backfill: Backfill, signal: AbortSignal): Promise<void> {
    const { live } = await this.#versions();
    if (live?.position) await backfill.runTo(live.position, signal);
  }

  #stepCompleted(step: RebuildStep, version: number): void {
    this.#options.observer.stepCompleted?.(step, version);
  }
}
