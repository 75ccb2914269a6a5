import { PermanentStoreError, type EventStore, type Position } from '#event-store';
import type { TableWriter, VersionState } from '#read-model';

import { Conveyor, Overtaken, type Carried } from './conveyor.js';
import type { ProjectorObserver } from './observer.js';
import { pause } from './pause.js';
import { isFinal, needsCare } from './failure.js';
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

/** Carries the events of a store into one version of the tables, from its checkpoint on. */
export class VersionFollower {
  readonly #parts: FollowerParts;
  /** Hears of each batch in which state the version now is. */
  readonly #heard: (state: VersionState) => void;
  #failures = 0;
  /** Of the last attempt. */
  #conveyor: Conveyor | null = null;
  /** So far an attempt came that failed over an event. */
  #carefulUpTo: Position | null = null;

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
        if (isFinal(error, this.#conveyor?.isCareful ?? false)) {
          observer.poisoned?.(version, error);
          return { kind: 'poisoned', cause: error };
        }
        if (needsCare(error)) {
          this.#carefulUpTo = this.#conveyor?.reached ?? null;
          observer.repeated?.(version, error);
          continue;
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

  /**
   * What is written together fails together. So where an event could not be applied, everything that
   * was under way is done again from the checkpoint, with care: batch by batch, and the account of an
   * event that fails again is parked.
   */
  async #fromCheckpoint(signal: AbortSignal): Promise<Ending> {
    const { store, writer } = this.#parts;
    const checkpoint = await writer.checkpoint();
    if (checkpoint === null) return { kind: 'gone' };
    await refuseBeyondHead(store, checkpoint);
    const conveyor = new Conveyor(
      {
        writer,
        carried: (batch) => this.#carried(batch),
        paceMs: PACE_MS,
        carefulUpTo: this.#carefulUpTo,
      },
      checkpoint.position,
    );
    this.#conveyor = conveyor;
    const until = AbortSignal.any([signal, conveyor.failed]);
    try {
      await store.follow(checkpoint.position, (batch) => conveyor.take(batch), until);
    } finally {
      await conveyor.drain();
      conveyor.failed.throwIfAborted();
    }
    if (!signal.aborted) throw new Error('the event store gave up its subscription');
    return { kind: 'stopped' };
  }

  #carried({ events, rows, parked, position, ms, state }: Carried): void {
    const { version, observer } = this.#parts;
    this.#failures = 0;
    for (const account of parked) observer.parked?.(version, account);
    observer.applied?.({ version, events, rows, position, ms });
    this.#heard(state);
  }

  /** Longer each time. */
  async #pause(signal: AbortSignal): Promise<void> {
    const { waitMsMin, waitMsMax } = this.#parts.retry;
    const waitMs = Math.min(waitMsMax, waitMsMin * 2 ** Math.min(this.#failures, 16));
    await pause(waitMs, signal);
  }
}

const isPermanent = (error: unknown): boolean =>
  error instanceof CheckpointBeyondHead || error instanceof PermanentStoreError;
