import { PermanentStoreError, type Batch, type EventStore, type RecordedEvent } from '#event-store';
import { PoisonEvent, type TableWriter, type VersionState } from '#read-model';

import { Conveyor, Overtaken, type Carried } from './conveyor.js';
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
    let poison: PoisonEvent | null = null;
    while (!signal.aborted) {
      try {
        return await this.#fromCheckpoint(signal, poison);
      } catch (error) {
        if (isFinal(error, poison)) {
          observer.poisoned?.(version, error);
          return { kind: 'poisoned', cause: error };
        }
        if (error instanceof PoisonEvent) poison = error;
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
   * What is written together fails together. So when an event that could not be applied is met again,
   * what lies before it is written first, and it is tried once more behind that.
   */
  async #fromCheckpoint(signal: AbortSignal, poison: PoisonEvent | null): Promise<Ending> {
    const { store, writer } = this.#parts;
    const checkpoint = await writer.checkpoint();
    if (checkpoint === null) return { kind: 'gone' };
    await refuseBeyondHead(store, checkpoint);
    const conveyor = new Conveyor(
      { writer, carried: (batch) => this.#carried(batch), paceMs: PACE_MS },
      checkpoint.position,
    );
    const take = async (batch: Batch): Promise<void> => {
      const place = poison === null ? -1 : placeOf(poison, batch);
      if (place === -1) return conveyor.take(batch);
      const last = batch.events[place - 1];
      if (last !== undefined) {
        await conveyor.take({ events: batch.events.slice(0, place), next: last.position });
      }
      await conveyor.drain();
      await conveyor.take({ events: batch.events.slice(place), next: batch.next });
    };
    const until = AbortSignal.any([signal, conveyor.failed]);
    try {
      await store.follow(checkpoint.position, take, until);
    } finally {
      await conveyor.drain();
      conveyor.failed.throwIfAborted();
    }
    if (!signal.aborted) throw new Error('the event store gave up its subscription');
    return { kind: 'stopped' };
  }

  #carried({ events, rows, position, ms, state }: Carried): void {
    const { version, observer } = this.#parts;
    this.#failures = 0;
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

/**
 * No retry and no other process will get past it: what lies before it is written, or it lies behind
 * what is and would not be met again.
 */
function isFinal(error: unknown, known: PoisonEvent | null): error is Error {
  if (error instanceof PermanentStoreError) return error.code === 'broken-order';
  if (!(error instanceof PoisonEvent)) return false;
  return error.reason === 'order-broken' || (known !== null && isSameEvent(error, known));
}

const isSameEvent = (
  one: PoisonEvent,
  { stream, revision, position }: Pick<RecordedEvent, 'stream' | 'revision' | 'position'>,
): boolean => one.stream === stream && one.revision === revision && one.position === position;

/** -1: it is not in the batch. */
const placeOf = (poison: PoisonEvent, batch: Batch): number =>
  batch.events.findIndex((event) => isSameEvent(poison, event));

const isPermanent = (error: unknown): boolean =>
  error instanceof CheckpointBeyondHead || error instanceof PermanentStoreError;
