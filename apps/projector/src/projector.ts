import type { Pool } from 'pg';

import { PermanentStoreError, type EventStore } from '#event-store';
import { AdvisoryLock, readCheckpoints, type FollowsDirectly } from '#read-model';

import { measureLag } from './lag.js';
import type { Lag, ProjectorObserver } from './observer.js';
import { pause } from './pause.js';
import { CheckpointBeyondHead } from './refuse-beyond-head.js';
import { Shift } from './shift.js';
import { RETRY, type RetryTerms } from './version-follower.js';

export interface ProjectorParts {
  readonly store: EventStore;
  readonly pool: Pool;
  /** Of the read tables, where one database holds several. */
  readonly name: string;
  readonly observer: ProjectorObserver;
  readonly now: () => number;
  /** Where the store's positions are dense: a guard against holes between them. */
  readonly followsDirectly?: FollowsDirectly;
  readonly terms?: Partial<ProjectorTerms>;
}

export interface ProjectorTerms {
  /** Between two tries to become the one that works. */
  readonly lockEveryMs: number;
  /** Between two looks at which versions there are. */
  readonly versionsEveryMs: number;
  readonly lagEveryMs: number;
  readonly retry: RetryTerms;
}

const TERMS: ProjectorTerms = {
  lockEveryMs: 500,
  versionsEveryMs: 1_000,
  lagEveryMs: 2_000,
  retry: RETRY,
};

/** Keeps the live version of the read tables, and the one kept for a way back, up to date. */
export class Projector {
  readonly #parts: ProjectorParts;
  readonly #terms: ProjectorTerms;

  constructor(parts: ProjectorParts) {
    this.#parts = parts;
    this.#terms = { ...TERMS, ...parts.terms };
  }

  /** Until `signal` aborts. Rejects when it can't go on; poison stops only the version that met it. */
  async run(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const measuring = this.#measure(AbortSignal.any([signal, ended.signal]));
    try {
      await this.#work(signal);
    } finally {
      ended.abort();
      await measuring;
    }
  }

  /** One projector works at a time; that two can't do harm is up to the compare-and-swap. */
  async #work(signal: AbortSignal): Promise<void> {
    const { failuresMax, waitMsMax } = this.#terms.retry;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (await this.#tryToLead(signal)) failures = 0;
        else await pause(this.#terms.lockEveryMs, signal);
      } catch (error) {
        const isFinal =
          error instanceof CheckpointBeyondHead || error instanceof PermanentStoreError;
        failures += 1;
        if (isFinal || failures > failuresMax) throw error;
        this.#parts.observer.failed?.(null, error);
        await pause(Math.min(waitMsMax, this.#terms.lockEveryMs * failures), signal);
      }
    }
  }

  /** false: another one leads. */
  async #tryToLead(signal: AbortSignal): Promise<boolean> {
    const { pool, name, observer } = this.#parts;
    const lock = await AdvisoryLock.tryAcquire(pool, `projector of ${name}`);
    observer.leads?.(lock !== null);
    if (lock === null) return false;
    try {
      await new Shift(this.#parts, this.#terms, AbortSignal.any([signal, lock.lost])).run();
      return true;
    } finally {
      await lock.release();
    }
  }

  /** Also while it is poisoned, or waits for another one: what is late must show. */
  async #measure(signal: AbortSignal): Promise<void> {
    const { pool, name, store, observer, now } = this.#parts;
    while (!signal.aborted) {
      try {
        const lags: Lag[] = [];
        for (const checkpoint of await readCheckpoints(pool, name)) {
          const { version, state, position, parked } = checkpoint;
          if (state === 'building') continue;
          const behind = await measureLag(store, checkpoint, now);
          lags.push({ version, state, position, parked, ...behind });
        }
        observer.lagged?.(lags);
      } catch (cause) {
        observer.failed?.(null, cause);
      }
      await pause(this.#terms.lagEveryMs, signal);
    }
  }
}
