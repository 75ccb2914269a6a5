import { SYSTEM_CLOCK, RetryBudget, type Clock, type RetryLimits } from '#async';
import { PermanentStoreError, type EventStore } from '#event-store';
import { CheckpointConflict, type TableWriter, type VersionState } from '#read-model';

import { BatchWriter, type AppliedBatch } from './batch-writer.js';
import type { ProjectorObserver } from './projector-observer.js';
import { FailedEvents } from './failed-events.js';
import { isFinal } from './failure-kind.js';
import { CheckpointBeyondHead, requireNotBeyondHead } from './checkpoint-beyond-head.js';

export interface FollowerOptions {
  readonly store: EventStore;
  readonly writer: TableWriter;
  readonly version: number;
  readonly observer: ProjectorObserver;
  readonly retry: RetryLimits;
  readonly clock?: Pick<Clock, 'now' | 'after'>;
}

/**
 * Attempts are counted from the last batch that was written: a subscription may be quiet for days before
 * it fails, so that a total time would end the first retry. When they are used up, the process ends and
 * another one leads.
 */
export const RETRY_LIMITS: RetryLimits = {
  backoffMsMin: 200,
  backoffMsMax: 5_000,
  attemptsMax: 21,
  totalMsMax: Infinity,
};

/** An event waits no longer than this for others that share a transaction with it. */
const WRITE_INTERVAL_MS_MIN = 20;

/** Why following a version ended. */
export type FollowResult =
  | { readonly kind: 'stopped' }
  /** The version was dropped. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'poisoned'; readonly cause: Error };

/**
 * Follows the event store and writes its events into one version of the tables, from the checkpoint of the
 * version on. Failures that may pass are retried with back-off.
 */
export class Follower {
  readonly #options: FollowerOptions;
  /** Called with the state of the version after each batch. */
  readonly #onState: (state: VersionState) => void;
  #retries: RetryBudget;
  /** Of the last attempt. */
  #writer: BatchWriter | null = null;
  readonly #failedEvents = new FailedEvents();

  constructor(options: FollowerOptions, onState: (state: VersionState) => void) {
    this.#options = options;
    this.#onState = onState;
    this.#retries = new RetryBudget(options.retry);
  }

  /** Rejects when the store is behind the tables, or when all attempts are used up. */
  async run(signal: AbortSignal): Promise<FollowResult> {
    const { observer, version, retry, clock = SYSTEM_CLOCK } = this.#options;
    this.#retries = new RetryBudget(retry, { signal, clock });
    while (!signal.aborted) {
      try {
        return await this.#followFromCheckpoint(signal);
      } catch (error) {
        const wasParking = this.#writer?.isParking ?? false;
        if (this.#failedEvents.shouldRetry(error, this.#writer)) {
          observer.retriedWithParking?.(version, error);
          if (wasParking && this.#retries.failed() === null) throw error;
          continue;
        }
        if (isFinal(error, wasParking)) {
          observer.poisoned?.(version, error);
          return { kind: 'poisoned', cause: error };
        }
        if (error instanceof CheckpointConflict) observer.conflicted?.(version);
        else if (isPermanent(error)) throw error;
        else observer.failed?.(version, error);
        if (!(await this.#retries.waitAfterFailure()) && !signal.aborted) throw error;
      }
    }
    return { kind: 'stopped' };
  }

  /**
   * Batches that are written together fail together. When an event could not be applied, everything
   * since the checkpoint is therefore written again batch by batch, and an event that fails a second
   * time parks its account.
   */
  async #followFromCheckpoint(signal: AbortSignal): Promise<FollowResult> {
    const { store, writer, clock = SYSTEM_CLOCK } = this.#options;
    const checkpoint = await writer.checkpoint();
    if (checkpoint === null) return { kind: 'gone' };
    await requireNotBeyondHead(store, checkpoint);
    const batchWriter = new BatchWriter(
      {
        writer,
        onApplied: (batch) => this.#onApplied(batch),
        minIntervalMs: WRITE_INTERVAL_MS_MIN,
        clock,
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
    if (!signal.aborted) throw new Error('the event store ended its subscription');
    return { kind: 'stopped' };
  }

  #onApplied({ events, rows, parked, position, ms, state }: AppliedBatch): void {
    const { version, observer } = this.#options;
    this.#retries.succeeded();
    for (const account of parked) observer.parked?.(version, account);
    observer.applied?.({ version, events, rows, position, ms });
    this.#onState(state);
  }
}

const isPermanent = (error: unknown): boolean =>
  error instanceof CheckpointBeyondHead || error instanceof PermanentStoreError;
