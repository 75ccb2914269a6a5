import { PermanentStoreError, type Batch, type EventStore, type Position } from '#event-store';
import { PoisonEvent, beforePoison, type TableWriter, type VersionState } from '#read-model';

import { Conveyor } from './conveyor.js';
import type { ProjectorObserver } from './observer.js';
import { pause } from './pause.js';
import { CheckpointBeyondHead, refuseBeyondHead } from './refuse-beyond-head.js';

export interface FollowerParts {
  readonly store: EventStore;
  readonly writer: TableWriter;
  readonly version: number;
  readonly observer: ProjectorObserver;
  readonly retry: RetryTerms;
}

export interface RetryTerms {
  readonly waitMsMin: number;
  readonly waitMsMax: number;
  /** One after the other, without a batch between them; then somebody else has to try. */
  readonly failuresMax: number;
}

export const RETRY: RetryTerms = { waitMsMin: 100, waitMsMax: 5_000, failuresMax: 20 };

/** What an event waits for at most before others share a transaction with it. */
const PACE_MS = 20;

/** Why a version is not followed any more. */
export type Ending =
  | { readonly kind: 'stopped' }
  /** It was dropped. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'poisoned'; readonly cause: Error };

/** The tables are elsewhere than this follower thought. */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Carries the events of a store into one version of the tables, from its checkpoint on. */
export class VersionFollower {
  readonly #parts: FollowerParts;
  /** Hears of each batch in which state the version now is. */
  readonly #heard: (state: VersionState) => void;
  #failures = 0;

  constructor(parts: FollowerParts, heard: (state: VersionState) => void) {
    this.#parts = parts;
    this.#heard = heard;
  }

  /** Rejects when it can't go on: the store is behind the tables, or nothing works for too long. */
  async run(signal: AbortSignal): Promise<Ending> {
    const { observer, version, retry } = this.#parts;
    while (!signal.aborted) {
      try {
        return await this.#fromCheckpoint(signal);
      } catch (error) {
        if (isPoison(error)) {
          observer.poisoned?.(version, error);
          return { kind: 'poisoned', cause: error };
        }
        if (error instanceof Overtaken) observer.overtaken?.(version);
        else if (isPermanent(error)) throw error;
        else observer.failed?.(version, error);
        this.#failures += 1;
        if (this.#failures > retry.failuresMax) throw error;
      }
      await this.#pause(signal);
    }
    return { kind: 'stopped' };
  }

  async #fromCheckpoint(signal: AbortSignal): Promise<Ending> {
    const { store, writer } = this.#parts;
    const checkpoint = await writer.checkpoint();
    if (checkpoint === null) return { kind: 'gone' };
    await refuseBeyondHead(store, checkpoint);
    const conveyor = new Conveyor(
      (after, batch) => this.#write(after, batch),
      checkpoint.position,
      PACE_MS,
    );
    const until = AbortSignal.any([signal, conveyor.failed]);
    try {
      await store.follow(checkpoint.position, (batch) => conveyor.take(batch), until);
    } finally {
      await conveyor.drain();
    }
    conveyor.failed.throwIfAborted();
    if (!signal.aborted) throw new Error('the event store gave up its subscription');
    return { kind: 'stopped' };
  }

  async #write(after: Position | null, batch: Batch): Promise<void> {
    const { writer, version, observer } = this.#parts;
    const start = performance.now();
    const applied = await writer.write(after, batch).catch(async (error: unknown) => {
      const before = error instanceof PoisonEvent ? beforePoison(batch, error) : null;
      if (before !== null) await this.#write(after, before);
      throw error;
    });
    if (applied.kind === 'moved') throw new Overtaken(`version ${version} is not at ${after}`);
    this.#failures = 0;
    if (applied.kind === 'nothing') return;
    const { events, rows, state } = applied;
    const ms = performance.now() - start;
    observer.applied?.({ version, events, rows, position: batch.next, ms });
    this.#heard(state);
  }

  /** Longer each time. */
  async #pause(signal: AbortSignal): Promise<void> {
    const { waitMsMin, waitMsMax } = this.#parts.retry;
    const waitMs = Math.min(waitMsMax, waitMsMin * 2 ** Math.min(this.#failures, 16));
    await pause(waitMs, signal);
  }
}

/** What lies in the events themselves: no retry and no other process will get past it. */
const isPoison = (error: unknown): error is Error =>
  error instanceof PoisonEvent ||
  (error instanceof PermanentStoreError && error.code === 'broken-order');

const isPermanent = (error: unknown): boolean =>
  error instanceof CheckpointBeyondHead || error instanceof PermanentStoreError;
