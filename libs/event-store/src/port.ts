/**
 * A position in the global order of a store's events. It is opaque outside the adapter: positions of
 * one store compare as strings, and begin with the kind of the store.
 */
export type Position = string & { readonly __brand: 'Position' };

/** An event byte for byte as it will be stored, because `hash` covers the bytes. */
export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
  /** The hash of this event and the one before it in the stream. */
  readonly hash: Uint8Array;
}

export interface RecordedEvent extends EncodedEvent {
  readonly stream: string;
  /** The first event of a stream has revision 0. */
  readonly revision: number;
  readonly position: Position;
}

export type NonEmpty<T> = readonly [T, ...T[]];

export type AppendResult =
  /** Exactly these events are stored, by this append or an earlier attempt of it. */
  | {
      readonly kind: 'ok';
      readonly revision: number;
      /** Position of the last event, or null when the store does not report it. */
      readonly position: Position | null;
    }
  /** Definitely not written: the stream is at another revision, or does not exist (null). */
  | { readonly kind: 'conflict'; readonly actual: number | null }
  /** May or may not be written: the caller sends the same events again at the same revision. */
  | { readonly kind: 'unknown'; readonly cause: unknown };

/** The expected revision of an append that begins its stream. */
export const NO_STREAM = -1;

export interface ReadOptions {
  /** First revision to read, inclusive. The default is the first one, or backwards the last one. */
  readonly from?: number;
  readonly limit?: number;
  readonly backwards?: boolean;
  /** Nothing that was committed before the call may be missing: a follower of a cluster may lag. */
  readonly latest?: boolean;
}

/**
 * A record of one of our streams that is not an event. It is delivered instead of thrown, because it
 * affects its own stream only and all others must proceed.
 */
export interface DamagedRecord {
  readonly stream: string;
  readonly position: Position;
  /** Null when the whole stream was deleted. */
  readonly revision: number | null;
  readonly code:
    /** A tombstone: the stream can't be read or written any more. */
    | 'stream-deleted'
    /** The record was written or changed by another program and can't be read as an event. */
    | 'unreadable-record';
  readonly detail: string;
}

export interface EventBatch {
  readonly events: readonly RecordedEvent[];
  /** Damaged records in order of position. Their positions lie between those of the events. */
  readonly damaged?: readonly DamagedRecord[];
  /** Everything up to this position was scanned, even if it contained none of our events. */
  readonly next: Position;
}

/** It is awaited before the next batch is delivered. An error that it throws ends `follow`. */
export type EventBatchSink = (batch: EventBatch) => Promise<void>;

export interface EventStore {
  /**
   * Appends events after revision `expected` of a stream atomically. Rejects only with a
   * PermanentStoreError: after any transient error the result is `unknown`.
   */
  append(stream: string, expected: number, events: NonEmpty<EncodedEvent>): Promise<AppendResult>;
  /** Events in order of revision. A stream that does not exist reads as empty. */
  readStream(stream: string, options?: ReadOptions): AsyncIterable<RecordedEvent>;
  /** At most `limit` records after `after`, in order of position. */
  readAll(
    after: Position | null,
    limit: number,
  ): Promise<{
    readonly events: readonly RecordedEvent[];
    /** Damaged records in order of position. Their positions lie between those of the events. */
    readonly damaged?: readonly DamagedRecord[];
    readonly next: Position | null;
    readonly atHead: boolean;
  }>;
  /**
   * Delivers every event after `after` to `sink`, in order, until `signal` aborts (then it resolves).
   * It resumes by itself after an outage of the store. A damaged stream is reported in the batch. The
   * reader has to detect a missing revision.
   */
  follow(after: Position | null, sink: EventBatchSink, signal: AbortSignal): Promise<void>;
  /** Whether a text has the form of this store's positions, which differs between kinds of stores. */
  isPosition(text: string): text is Position;
  /** Position of the newest event, or null when the store is empty. */
  head(): Promise<Position | null>;
  /** The time of day by the clock of the store, in milliseconds since 1970. */
  timeOfDay(): Promise<number>;
  /** Waits for calls in progress, then closes every connection. */
  close(): Promise<void>;
}

/** No retry can succeed before an operator has acted. */
export class PermanentStoreError extends Error {
  override readonly name = 'PermanentStoreError';
  constructor(
    /** A constant that alerts and searches can rely on. */
    readonly code:
      | 'event-id-reused'
      | 'stream-deleted'
      /** Events of the stream are hidden and can't be read any more. */
      | 'stream-truncated'
      | 'access-denied'
      | 'append-too-large'
      | 'foreign-position'
      | 'broken-order'
      | 'invalid-event'
      | 'misconfigured',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A cache of account states. Anything in it may be dropped at any time. */
export interface SnapshotStore {
  /** The newest snapshot of a stream under that key, which identifies the form of the state and the policy. */
  load(stream: string, key: string): Promise<Snapshot | null>;
  save(stream: string, key: string, snapshot: Snapshot): Promise<void>;
  /** Removes the snapshot with that seal, but not one that has replaced it meanwhile. */
  remove(stream: string, key: string, mac: Uint8Array): Promise<void>;
}

export interface UnsealedSnapshot {
  /** The last revision that the state includes. */
  readonly revision: number;
  /** Chain hash at that revision, from which the writer continues. */
  readonly hash: Uint8Array;
  readonly state: string;
}

/** A snapshot as it is stored. A writer of the table could have forged it; see SnapshotKeys. */
export interface Snapshot extends UnsealedSnapshot {
  /** The id of the key that sealed it. */
  readonly keyId: string;
  readonly mac: Uint8Array;
}
