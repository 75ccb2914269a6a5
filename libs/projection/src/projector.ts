import type { Pool } from 'pg';

import { PermanentStoreError, type EventStore } from '#event-store';
import { AdvisoryLock, readCheckpoints, type FollowsDirectly } from '#read-model';

import { measureLag } from './lag.js';
import type { Lag, ProjectorObserver } from './projector-observer.js';
import { sleep } from './sleep.js';
import { CheckpointBeyondHead } from './checkpoint-beyond-head.js';
import { LeaderSession } from './leader-session.js';
import { RETRY_LIMITS, type RetryLimits } from './follower.js';

export interface ProjectorOptions {
  readonly store: EventStore;
  readonly pool: Pool;
  /** Of the read tables, where one database holds several. */
  readonly name: string;
  readonly observer: ProjectorObserver;
  readonly now: () => number;
  /** Where the store's positions are dense: a guard against holes between them. */
  readonly followsDirectly?: FollowsDirectly;
  readonly intervals?: Partial<ProjectorIntervals>;
}

export interface ProjectorIntervals {
  /** Between two tries to become the one that works. */
  readonly lockRetryMs: number;
  /** Between two looks at which versions there are. */
  readonly versionRefreshMs: number;
  readonly lagMeasureMs: number;
  readonly retry: RetryLimits;
}

const DEFAULT_INTERVALS: ProjectorIntervals = {
  lockRetryMs: 500,
  versionRefreshMs: 1_000,
  lagMeasureMs: 2_000,
  retry: RETRY_LIMITS,
};

/** Keeps the live version of the read tables, and the one kept for a way back, up to date. */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #intervals: ProjectorIntervals;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#intervals = { ...DEFAULT_INTERVALS, ...options.intervals };
  }

  /** Until `signal` aborts. Rejects when it can't go on; poison stops only the version that met it. */
  async run(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const measuring = this.#measureLag(AbortSignal.any([signal, ended.signal]));
    try {
      await this.#lead(signal);
    } finally {
      ended.abort();
      await measuring;
    }
  }

  /** One projector works at a time; that two can't do harm is up to the compare-and-swap. */
  async #lead(signal: AbortSignal): Promise<void> {
    const { failuresMax, waitMsMax } = this.#intervals.retry;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (await this.#tryToLead(signal)) failures = 0;
        else await sleep(this.#intervals.lockRetryMs, signal);
      } catch (error) {
        const isFinal =
          error instanceof CheckpointBeyondHead || error instanceof PermanentStoreError;
        failures += 1;
        if (isFinal || failures > failuresMax) throw error;
        this.#options.observer.failed?.(null, error);
        await sleep(Math.min(waitMsMax, this.#intervals.lockRetryMs * failures), signal);
      }
    }
  }

  /** false: another one leads. */
  async #tryToLead(signal: AbortSignal): Promise<boolean> {
    const { pool, name, observer } = this.#options;
    const lock = await AdvisoryLock.tryAcquire(pool, `projector of ${name}`);
    observer.leadershipChanged?.(lock !== null);
    if (lock === null) return false;
    try {
      await new LeaderSession(
        this.#options,
        this.#intervals,
        AbortSignal.any([signal, lock.lost]),
      ).run();
      return true;
    } finally {
      await lock.release();
    }
  }

  /** Also while it is poisoned, or waits for another one: what is late must show. */
  async #measureLag(signal: AbortSignal): Promise<void> {
    const { pool, name, store, observer, now } = this.#options;
    while (!signal.aborted) {
      try {
        const lags: Lag[] = [];
        for (const checkpoint of await readCheckpoints(pool, name)) {
          const { version, state, position, parked } = checkpoint;
          if (state === 'building') continue;
          const behind = await measureLag(store, checkpoint, now);
          lags.push({ version, state, position, parked, ...behind });
        }
        observer.lagMeasured?.(lags);
      } catch (cause) {
        observer.failed?.(null, cause);
      }
      await sleep(this.#intervals.lagMeasureMs, signal);
    }
  }
}
