/**
 * Where a store is in the order of everything it holds. Opaque: positions of one store compare as
 * strings, and begin with the kind of store they are of. Only the adapter takes one apart.
 */
export type Position = string & { readonly __brand: 'Position' };

/** An event as it will be stored, to the byte: what `hash` covers can't change any more. */
export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
  /** See chain.ts. */
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
  /** These very events stand there, to the byte: written now, or by an earlier append of the same. */
  | {
      readonly kind: 'ok';
      readonly revision: number;
      /** Of the last event; null where the store does not say. */
      readonly position: Position | null;
    }
  /** Definitely not written: the stream is elsewhere. null: there is no such stream. */
  | { readonly kind: 'conflict'; readonly actual: number | null }
  /** May or may not be written: send the same events again at the same revision. */
  | { readonly kind: 'unknown'; readonly cause: unknown };

/** `expected` of an append that begins its stream. */
export const NO_STREAM = -1;

export interface ReadOptions {
  /** First revision to read, inclusive; default: the first (or, backwards, the last) there is. */
  readonly from?: number;
  readonly limit?: number;
  readonly backwards?: boolean;
}

/**
 * A record of one of our streams that is no event. It is delivered and not thrown, because it concerns
 * its own stream only and all others must go on.
 */
export interface DamagedRecord {
  readonly stream: string;
  readonly position: Position;
  /** null: the whole stream is gone. */
  readonly revision: number | null;
  readonly code:
    /** A tombstone: the stream can't be read or written any more, ever. */
    | 'stream-deleted'
    /** It was written by another program, or changed: it cannot be read as an event. */
    | 'unreadable-record';
  readonly detail: string;
}

export interface EventBatch {
  readonly events: readonly RecordedEvent[];
  /** In order of position, between the events; absent: none. */
  readonly damaged?: readonly DamagedRecord[];
  /** Everything up to here has been seen: also where no event of ours was among it. */
  readonly next: Position;
}

/** Awaited before the next batch is given. Throwing ends the `follow` with that error. */
export type EventBatchSink = (batch: EventBatch) => Promise<void>;

export interface EventStore {
  /**
   * Adds events behind revision `expected` of a stream, all or none. Rejects only with a
   * PermanentStoreError: after any transient error the result is `unknown`.
   */
  append(stream: string, expected: number, events: NonEmpty<EncodedEvent>): Promise<AppendResult>;
  /** In order of revision. A stream that is not there reads as empty. */
  readStream(stream: string, options?: ReadOptions): AsyncIterable<RecordedEvent>;
  /** The records behind `after`, in order of position, at most `limit` of them. */
  readAll(
    after: Position | null,
    limit: number,
  ): Promise<{
    readonly events: readonly RecordedEvent[];
    /** In order of position, between the events; absent: none. */
    readonly damaged?: readonly DamagedRecord[];
    readonly next: Position | null;
    readonly atHead: boolean;
  }>;
  /**
   * Gives every event behind `after` to `sink`, in order, and goes on until `signal` aborts
   * (then it resolves). Resumes by itself when the store was away. A damaged stream is reported in
   * the batch and does not end it; a revision that is missing in a stream is left for the reader to see.
   */
  follow(after: Position | null, sink: EventBatchSink, signal: AbortSignal): Promise<void>;
  /** Whether a text has the form of this store's positions: one of another kind of store has not. */
  isPosition(text: string): text is Position;
  /** Position of the newest event; null: the store is empty. */
  head(): Promise<Position | null>;
  /** Waits for calls in progress, then closes every connection. */
  close(): Promise<void>;
}

/** No retry can succeed before an operator has acted. */
export class PermanentStoreError extends Error {
  override readonly name = 'PermanentStoreError';
  constructor(
    /** For alarms: constant, searchable. */
    readonly code:
      | 'event-id-reused'
      | 'stream-deleted'
      /** Events of it are hidden, and can't be read any more. */
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

/** A cache of accounts' states, never truth: anything in it may be dropped at any time. */
export interface SnapshotStore {
  /** The newest snapshot of a stream under that key (shape of the state, policy). */
  load(stream: string, key: string): Promise<Snapshot | null>;
  save(stream: string, key: string, snapshot: Snapshot): Promise<void>;
  /** Removes the one with that seal; one that took its place meanwhile stays. */
  remove(stream: string, key: string, mac: Uint8Array): Promise<void>;
}

export interface UnsealedSnapshot {
  /** The last revision that is folded into it. */
  readonly revision: number;
  /** Chain hash at that revision, so that the writer can go on from here. */
  readonly hash: Uint8Array;
  readonly state: string;
}

/** As it is stored. A writer of the table could have forged it: see SnapshotKeys. */
export interface Snapshot extends UnsealedSnapshot {
  /** Which key sealed it. */
  readonly keyId: string;
  readonly mac: Uint8Array;
}
