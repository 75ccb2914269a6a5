import { RetryBudget, sleep } from '#async';
import { PermanentStoreError } from '#event-store';
import { AdvisoryLock, readCheckpoints } from '#read-model';

import { measureLag } from './lag.js';
import type { Lag } from './projector-observer.js';
import type { ProjectorIntervals, ProjectorOptions } from './projector-options.js';
import { CheckpointBeyondHead } from './checkpoint-beyond-head.js';
import { LeaderSession } from './leader-session.js';
import { RETRY_LIMITS } from './follower.js';

const DEFAULT_INTERVALS: ProjectorIntervals = {
  lockRetryMs: 500,
  versionRefreshMs: 1_000,
  lagMeasureMs: 2_000,
  retry: RETRY_LIMITS,
};

/**
 * Keeps the live version of the read tables up to date, and the one that is kept for a rollback. Of several
 * processes one is the leader, by an advisory lock.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #intervals: ProjectorIntervals;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#intervals = { ...DEFAULT_INTERVALS, ...options.intervals };
  }

  /**
   * Runs until `signal` aborts, and rejects when no retry is left. An event that can't be applied stops
   * only the version that met it.
   */
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

  /** The lock saves work. That two leaders do no harm is up to the compare-and-swap of the checkpoint. */
  async #lead(signal: AbortSignal): Promise<void> {
    const { lockRetryMs, retry } = this.#intervals;
    const retries = new RetryBudget(retry, { signal });
    while (!signal.aborted) {
      try {
        if (await this.#tryToLead(signal)) retries.succeeded();
        else await sleep(lockRetryMs, { signal });
      } catch (error) {
        const isFinal =
          error instanceof CheckpointBeyondHead || error instanceof PermanentStoreError;
        if (isFinal) throw error;
        this.#options.observer.failed?.(null, error);
        if (!(await retries.waitAfterFailure()) && !signal.aborted) throw error;
      }
    }
  }

  /** Returns false when another process leads. */
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

  /** Measured also by a process that has stopped or does not lead, so that the lag always shows. */
  async #measureLag(signal: AbortSignal): Promise<void> {
    const { pool, name, store, observer, now } = this.#options;
    while (!signal.aborted) {
      try {
        const lags: Lag[] = [];
        for (const checkpoint of await readCheckpoints(pool, name)) {
          const { version, state, position, parked } = checkpoint;
          if (state === 'building') continue;
          const lag = await measureLag(store, checkpoint, now);
          lags.push({ version, state, position, parked, ...lag });
        }
        observer.lagMeasured?.(lags);
      } catch (cause) {
        observer.failed?.(null, cause);
      }
      await sleep(this.#intervals.lagMeasureMs, { signal });
    }
  }
}
