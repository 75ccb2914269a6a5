import { PermanentStoreError, type EventStore } from '#event-store';
import type { TableWriter, VersionState } from '#read-model';

import { BatchWriter, CheckpointConflict, type AppliedBatch } from './batch-writer.js';
import type { ProjectorObserver } from './projector-observer.js';
import { sleep } from './sleep.js';
import { FailedEvents } from './failed-events.js';
import { isFinal } from './failure-kind.js';
import { CheckpointBeyondHead, requireNotBeyondHead } from './checkpoint-beyond-head.js';

export interface FollowerOptions {
  readonly store: EventStore;
  readonly writer: TableWriter;
  readonly version: number;
  readonly observer: ProjectorObserver;
  readonly retry: RetryLimits;
}

export interface RetryLimits {
  readonly waitMsMin: number;
  readonly waitMsMax: number;
  /** One after the other, without a batch between them; then somebody else has to try. */
  readonly failuresMax: number;
}

export const RETRY_LIMITS: RetryLimits = { waitMsMin: 100, waitMsMax: 5_000, failuresMax: 20 };

/** What an event waits for at most before others share a transaction with it. */
const WRITE_INTERVAL_MS_MIN = 20;

/** Why a version is not followed any more. */
export type FollowResult =
  | { readonly kind: 'stopped' }
  /** It was dropped. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'poisoned'; readonly cause: Error };

/** Carries the events of a store into one version of the tables, from its checkpoint on. */
export class Follower {
  readonly #options: FollowerOptions;
  /** Hears of each batch in which state the version now is. */
  readonly #onState: (state: VersionState) => void;
  #failures = 0;
  /** Of the last attempt. */
  #writer: BatchWriter | null = null;
  readonly #failedEvents = new FailedEvents();

  constructor(options: FollowerOptions, onState: (state: VersionState) => void) {
    this.#options = options;
    this.#onState = onState;
  }

  /** Rejects when it can't go on: the store is behind the tables, or nothing works for too long. */
  async run(signal: AbortSignal): Promise<FollowResult> {
    const { observer, version, retry } = this.#options;
    while (!signal.aborted) {
      try {
        return await this.#followFromCheckpoint(signal);
      } catch (error) {
        const wasParking = this.#writer?.isParking ?? false;
        if (this.#failedEvents.shouldRetry(error, this.#writer)) {
          observer.retriedWithParking?.(version, error);
          this.#failures += wasParking ? 1 : 0;
          if (this.#failures > retry.failuresMax) throw error;
          continue;
        }
        if (isFinal(error, wasParking)) {
          observer.poisoned?.(version, error);
          return { kind: 'poisoned', cause: error };
        }
        if (error instanceof CheckpointConflict) observer.conflicted?.(version);
        else if (isPermanent(error)) throw error;
        else observer.failed?.(version, error);
        this.#failures += 1;
        if (this.#failures > retry.failuresMax) throw error;
      }
      await this.#backOff(signal);
    }
    return { kind: 'stopped' };
  }

  /**
   * What is written together fails together. So where an event could not be applied, everything that
   * was under way is done again from the checkpoint, with care: batch by batch, and the account of an
   * event that fails again is parked.
   */
  async #followFromCheckpoint(signal: AbortSignal): Promise<FollowResult> {
    const { store, writer } = this.#options;
    const checkpoint = await writer.checkpoint();
    if (checkpoint === null) return { kind: 'gone' };
    await requireNotBeyondHead(store, checkpoint);
    const batchWriter = new BatchWriter(
      {
        writer,
        onApplied: (batch) => this.#onApplied(batch),
        minIntervalMs: WRITE_INTERVAL_MS_MIN,
        parkingUpTo: this.#failedEvents.parkingUpTo,
        mayPark: this.#failedEvents.mayPark,
      },
      checkpoint.position,
    );
    this.#writer = batchWriter;
    const until = AbortSignal.any([signal, batchWriter.failed]);
    try {
      await store.follow(checkpoint.position, (batch) => batchWriter.add(batch), until);
    } finally {
      await batchWriter.drain();
      batchWriter.failed.throwIfAborted();
    }
    if (!signal.aborted) throw new Error('the event store gave up its subscription');
    return { kind: 'stopped' };
  }

  #onApplied({ events, rows, parked, position, ms, state }: AppliedBatch): void {
    const { version, observer } = this.#options;
    this.#failures = 0;
    for (const account of parked) observer.parked?.(version, account);
    observer.applied?.({ version, events, rows, position, ms });
    this.#onState(state);
  }

  /** Longer each time. */
  async #backOff(signal: AbortSignal): Promise<void> {
    const { waitMsMin, waitMsMax } = this.#options.retry;
    const waitMs = Math.min(waitMsMax, waitMsMin * 2 ** Math.min(this.#failures, 16));
    await sleep(waitMs, signal);
  }
}

const isPermanent = (error: unknown): boolean =>
  error instanceof CheckpointBeyondHead || error instanceof PermanentStoreError;
