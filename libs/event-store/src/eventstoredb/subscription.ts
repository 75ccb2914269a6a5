import { sleep, TimeoutError, valueWithin, type Clock } from '#async';
import {
  START,
  streamNameFilter,
  type AllStreamSubscription,
  type Filter,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { FOLLOW_BATCH_MAX } from '../limits.js';
import type { Position } from '../port.js';
import { SubscriptionBuffer } from './subscription-buffer.js';
import type { ClientLease } from './clients.js';
import type { Credentials } from './connection-string.js';
import { formatPosition, parsePosition, type LogPosition } from './esdb-position.js';
import { recordFailure } from './read-events.js';

/** The server has scanned up to this position. Checkpoints are queued in order with the events. */
export class Checkpoint {
  readonly position: Position;
  constructor(position: LogPosition) {
    this.position = formatPosition(position);
  }
}

export type FollowItem = ResolvedEvent | Checkpoint;

/** The server sends a checkpoint after every this many times 32 events. */
const CHECKPOINT_INTERVAL = 4;
/** Excludes `$$metadata` and all other streams of the server itself. */
const NOT_SYSTEM_STREAMS = '^[^$]';

export interface SubscriptionOptions {
  readonly after: Position | null;
  readonly filterPrefixes: readonly string[];
  readonly credentials: Credentials;
  readonly deadlineMs: number;
  readonly silenceMsMax: number;
  readonly clock: Clock;
}

/** One subscription to `$all`. It does not resubscribe. */
export class Subscription {
  readonly #items = new SubscriptionBuffer<FollowItem>(FOLLOW_BATCH_MAX);
  readonly #stream: AllStreamSubscription;
  readonly #confirmed = new AbortController();
  #isClosed = false;

  constructor(
    private readonly lease: ClientLease,
    private readonly options: SubscriptionOptions,
  ) {
    const { after, credentials, deadlineMs, filterPrefixes } = options;
    this.#stream = lease.client.subscribeToAll({
      credentials,
      // The position is exclusive here, although the same option of `readAll` is inclusive.
      fromPosition: parsePosition(after) ?? START,
      filter: filterOf(filterPrefixes),
    });
    this.#stream.once('confirmation', () => {
      lease.succeeded();
      this.#confirmed.abort();
    });
    void this.#requireConfirmation(deadlineMs);
    void this.#pump();
  }

  /** The received items in order, or none when the subscription has been silent for too long. */
  async take(): Promise<readonly FollowItem[]> {
    try {
      const { silenceMsMax, clock } = this.options;
      return await valueWithin(this.#items.takeAll(), silenceMsMax, [], clock);
    } catch (error) {
      if (this.#isClosed) return [];
      throw recordFailure(error, this.lease);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#confirmed.abort();
    this.#items.fail(new Error('the subscription is closed'));
    this.#stream.on('error', () => {});
    void this.#stream
      .unsubscribe()
      .catch(() => {})
      .finally(this.lease.release);
  }

  /** The client does not apply its deadline to subscriptions. */
  async #requireConfirmation(deadlineMs: number): Promise<void> {
    await sleep(deadlineMs, { signal: this.#confirmed.signal, clock: this.options.clock });
    if (!this.#confirmed.signal.aborted) {
      this.#items.fail(
        new TimeoutError(`no confirmation of a subscription within ${deadlineMs} ms`),
      );
    }
  }

  /**
   * Reads with `for await`, because `on('data')` has no back-pressure. It continues after the
   * subscription is closed and drops the items, because a call notices its cancellation only while it
   * is read.
   */
  async #pump(): Promise<void> {
    try {
      const items: AsyncIterable<FollowItem> = this.#stream;
      for await (const item of items) {
        this.lease.succeeded();
        await this.#items.put(item);
      }
      throw new Error('the server has ended the subscription');
    } catch (error) {
      this.#confirmed.abort();
      this.#items.fail(error);
    }
  }
}

/**
 * The filter of the subscription. An error in `checkpointReached` would be an unhandled rejection, and
 * a checkpoint handled there would overtake the events before it, so that it is only added to the queue.
 */
function filterOf(prefixes: readonly string[]): Filter {
  const common = {
    checkpointInterval: CHECKPOINT_INTERVAL,
    checkpointReached: (subscription: AllStreamSubscription, position: LogPosition) => {
      if (!subscription.destroyed) subscription.push(new Checkpoint(position));
    },
  };
  if (prefixes.length === 0) return streamNameFilter({ ...common, regex: NOT_SYSTEM_STREAMS });
  return streamNameFilter({ ...common, prefixes: [...prefixes] });
}
