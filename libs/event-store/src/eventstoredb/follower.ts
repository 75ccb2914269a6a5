import { RetryBudget, sleep } from '#async';
import {
  PermanentStoreError,
  type EventBatch,
  type EventBatchSink,
  type DamagedRecord,
  type Position,
  type RecordedEvent,
} from '../port.js';
import type { AllReader } from './all-reader.js';
import { isDamaged } from '../damaged-record.js';
import { formatPosition, parsePosition } from './esdb-position.js';
import { mayBeOfPosition } from './failure.js';
import { explainAccessDenied, READ_ALL_PERMISSION } from './missing-permission.js';
import type { EventStoreDbObserver, ResolvedEventStoreDbOptions } from './options.js';
import type { Session } from './session.js';
import { readRecord } from './stored-event.js';
import { Checkpoint, Subscription, type FollowItem } from './subscription.js';

/** The position is checked after this many consecutive failures that it may have caused. */
const POSITION_FAILURES_MAX = 3;

/** Follows from a position until it is stopped, and subscribes again after each failure. */
export class Follower {
  #position: Position | null;
  readonly #retries: RetryBudget;
  /** The latest consecutive failures that the position may have caused. */
  #positionFailures = 0;

  constructor(
    private readonly session: Session,
    private readonly all: Pick<AllReader, 'end' | 'canReadFrom'>,
    private readonly options: ResolvedEventStoreDbOptions,
    private readonly observer: EventStoreDbObserver,
    after: Position | null,
  ) {
    parsePosition(after);
    this.#position = after;
    this.#retries = new RetryBudget({ ...options, totalMsMax: Infinity }, options);
  }

  async run(sink: EventBatchSink, signal: AbortSignal): Promise<void> {
    await this.#assertWithinStore(signal);
    while (!signal.aborted) {
      const subscription = this.#subscribe();
      const close = () => subscription.close();
      signal.addEventListener('abort', close);
      try {
        await this.#deliver(subscription, sink, signal);
      } finally {
        signal.removeEventListener('abort', close);
        close();
      }
    }
  }

  /** Rejects a position beyond the end of the store: an older state of the store was restored. */
  async #assertWithinStore(signal: AbortSignal): Promise<void> {
    const after = this.#position;
    while (after !== null && !signal.aborted) {
      try {
        const end = await this.all.end();
        if (end !== null && after <= end) return;
        throw new PermanentStoreError(
          'broken-order',
          `cannot follow from ${after}: the store ends at ${end ?? 'its beginning'}`,
        );
      } catch (error) {
        if (error instanceof PermanentStoreError) throw error;
        await this.#backOff(error, signal);
      }
    }
  }

  /** Rejects a position at which no record begins: the store was replaced by another one. */
  async #rejectUnreadablePosition(error: unknown): Promise<void> {
    const after = this.#position;
    this.#positionFailures = mayBeOfPosition(error) ? this.#positionFailures + 1 : 0;
    if (after === null || this.#positionFailures === 0) return;
    // `invalid position` is a definite answer; any other failure may be transient.
    if (!(error instanceof PermanentStoreError) && this.#positionFailures < POSITION_FAILURES_MAX)
      return;
    const isReadable = await this.all.canReadFrom(after).catch(() => true);
    if (isReadable) return;
    throw new PermanentStoreError(
      'broken-order',
      `cannot follow from ${after}: no event of the store has that position. The store was replaced ` +
        'by another one, or was restored and has been written since',
      { cause: error },
    );
  }

  /** Returns when the subscription has ended. Throws an error that no new subscription can help. */
  async #deliver(
    subscription: Subscription,
    sink: EventBatchSink,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      let items: readonly FollowItem[];
      try {
        items = await subscription.take();
      } catch (error) {
        await this.#rejectUnreadablePosition(error);
        if (error instanceof PermanentStoreError) {
          throw explainAccessDenied(error, this.session.credentials.username, READ_ALL_PERMISSION);
        }
        return this.#backOff(error, signal);
      }
      if (signal.aborted || items.length === 0) return;
      this.#retries.succeeded();
      this.#positionFailures = 0;
      const batch = this.#batchOf(items);
      if (batch === null) continue;
      await sink(batch);
      this.#position = batch.next;
    }
  }

  /** Skips events that were delivered before, because a server may send them again. */
  #batchOf(items: readonly FollowItem[]): EventBatch | null {
    const events: RecordedEvent[] = [];
    const damaged: DamagedRecord[] = [];
    let next = this.#position;
    for (const item of items) {
      const position = item instanceof Checkpoint ? item.position : this.#positionOf(item);
      if (next !== null && position <= next) continue;
      next = position;
      if (item instanceof Checkpoint) continue;
      const record = readRecord(item, this.session.names);
      if (isDamaged(record)) damaged.push(record);
      else events.push(record);
    }
    return next === null || next === this.#position ? null : { events, damaged, next };
  }

  async #backOff(cause: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const waitMs = this.#retries.failed();
    if (waitMs === null) return;
    this.observer.followInterrupted?.(cause, waitMs);
    await sleep(waitMs, { signal, clock: this.options.clock });
  }

  #subscribe(): Subscription {
    const { clients, credentials, deadlineMs, names } = this.session;
    return new Subscription(clients.lease(), {
      after: this.#position,
      credentials,
      filterPrefixes: names.filterPrefixes,
      deadlineMs,
      silenceMsMax: this.options.silenceMsMax,
      clock: this.options.clock,
    });
  }

  #positionOf(item: Exclude<FollowItem, Checkpoint>): Position {
    return item.event?.position === undefined
      ? readRecord(item, this.session.names).position
      : formatPosition(item.event.position);
  }
}
