import { PostgresTableWriter, readCheckpoints, type Checkpoint } from '#read-model';

import { pause } from './pause.js';
import type { ProjectorParts, ProjectorTerms } from './projector.js';
import { VersionFollower } from './version-follower.js';

/** From taking the lock to losing it: one follower for each version that is read or kept. */
export class Shift {
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  readonly #followers = new Map<number, Promise<void>>();
  #look = new AbortController();
  #failure: { readonly cause: unknown } | null = null;

  constructor(
    private readonly parts: ProjectorParts,
    private readonly terms: ProjectorTerms,
    signal: AbortSignal,
  ) {
    this.#signal = AbortSignal.any([signal, this.#ended.signal]);
    this.#signal.addEventListener('abort', () => this.#look.abort());
  }

  async run(): Promise<void> {
    try {
      while (!this.#signal.aborted) await this.#oneLook();
    } finally {
      this.#ended.abort();
      await Promise.all(this.#followers.values());
    }
    if (this.#failure !== null) throw this.#failure.cause;
  }

  /** Follows whatever version is new, until it is time for the next look. */
  async #oneLook(): Promise<void> {
    this.#look = new AbortController();
    for (const checkpoint of await readCheckpoints(this.parts.pool, this.parts.name)) {
      const { version, state } = checkpoint;
      if (state === 'building' || this.#followers.has(version)) continue;
      this.#followers.set(version, this.#follow(checkpoint));
    }
    if (!this.#signal.aborted) await pause(this.terms.versionsEveryMs, this.#look.signal);
  }

  async #follow({ version, state }: Checkpoint): Promise<void> {
    const { pool, name, store, observer, followsDirectly } = this.parts;
    const writer = new PostgresTableWriter(pool, {
      name,
      version,
      ...(followsDirectly !== undefined && { followsDirectly }),
    });
    const { retry } = this.terms;
    // A switch shows first in the version that was live: another one may want following at once.
    const follower = new VersionFollower({ store, writer, version, observer, retry }, (now) => {
      if (now !== state) this.#look.abort();
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
