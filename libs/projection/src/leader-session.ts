import { sleep } from '#async';
import { PostgresTableWriter, readCheckpoints, type Checkpoint } from '#read-model';

import type { ProjectorOptions, ProjectorIntervals } from './projector-options.js';
import { Follower } from './follower.js';

/**
 * What a leader does from acquiring the lock to losing it: it runs one follower for each version that is
 * live or kept.
 */
export class LeaderSession {
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  readonly #followers = new Map<number, Promise<void>>();
  #nextRefresh = new AbortController();
  #failure: { readonly cause: unknown } | null = null;

  constructor(
    private readonly options: ProjectorOptions,
    private readonly intervals: ProjectorIntervals,
    signal: AbortSignal,
  ) {
    this.#signal = AbortSignal.any([signal, this.#ended.signal]);
    this.#signal.addEventListener('abort', () => this.#nextRefresh.abort());
  }

  async run(): Promise<void> {
    try {
      while (!this.#signal.aborted) await this.#refreshVersions();
    } finally {
      this.#ended.abort();
      await Promise.all(this.#followers.values());
    }
    if (this.#failure !== null) throw this.#failure.cause;
  }

  /** Starts followers for new versions, then waits for the next refresh. */
  async #refreshVersions(): Promise<void> {
    this.#nextRefresh = new AbortController();
    for (const checkpoint of await readCheckpoints(this.options.pool, this.options.name)) {
      const { version, state } = checkpoint;
      if (state === 'building' || this.#followers.has(version)) continue;
      this.#followers.set(version, this.#follow(checkpoint));
    }
    if (!this.#signal.aborted)
      await sleep(this.intervals.versionRefreshMs, { signal: this.#nextRefresh.signal });
  }

  async #follow({ version, state }: Checkpoint): Promise<void> {
    const { pool, name, store, observer, followsDirectly } = this.options;
    const writer = new PostgresTableWriter(pool, {
      name,
      version,
      ...(followsDirectly !== undefined && { followsDirectly }),
    });
    const { retry } = this.intervals;
    // After a switch the version that was live is the first to notice: a new one may have to be followed.
    const follower = new Follower({ store, writer, version, observer, retry }, (now) => {
      if (now !== state) this.#nextRefresh.abort();
    });
    try {
      const ending = await follower.run(this.#signal);
      if (ending.kind === 'gone') this.#followers.delete(version);
    } catch (cause) {
      observer.failed?.(version, cause);
      if (state !== 'live') return;
      this.#failure ??= { cause };
      this.#ended.abort();
    }
  }
}
