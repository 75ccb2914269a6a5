import { SYSTEM_CLOCK, type Clock } from '#async';

/** Receives reports of the adapter, for metrics and logs. */
export interface EventStoreDbObserver {
  /** The result of an append is unknown. The caller sends it again. */
  readonly appendUnknown?: (stream: string, cause: unknown) => void;
  /** The connection was discarded, and the next calls use a new one. */
  readonly clientReplaced?: (cause: unknown) => void;
  /** A follower lost its subscription and subscribes again after a wait. */
  readonly followInterrupted?: (cause: unknown, waitMs: number) => void;
}

export interface EventStoreDbOptions {
  /** `follow`, `readAll` and `head` return only streams that begin with one of these; none: all. */
  readonly streamPrefixes?: readonly string[];
  /** Limits an append, the time between two events of a read, and the confirmation of a subscription. */
  readonly deadlineMs?: number;
  /**
   * An append is looked up in its stream when it was not answered for this long, and again after twice
   * as long each time, because the server drops a repeat of an append that is not committed yet.
   */
  readonly lookUpAfterMs?: number;
  /** A subscription that delivers nothing for this long is renewed. */
  readonly silenceMsMax?: number;
  readonly backoffMsMin?: number;
  readonly backoffMsMax?: number;
  /** Further appends wait, but no longer than the deadline. */
  readonly appendsInFlightMax?: number;
  /** The source of the jitter of the back-off. */
  readonly random?: () => number;
  /** For everything that waits, but for gRPC's own deadlines. */
  readonly clock?: Clock;
}

export type ResolvedEventStoreDbOptions = Required<EventStoreDbOptions>;

export const DEFAULT_EVENTSTOREDB_OPTIONS: ResolvedEventStoreDbOptions = {
  streamPrefixes: [],
  deadlineMs: 5_000,
  lookUpAfterMs: 40,
  silenceMsMax: 30_000,
  backoffMsMin: 50,
  backoffMsMax: 5_000,
  appendsInFlightMax: 512,
  random: Math.random,
  clock: SYSTEM_CLOCK,
};
