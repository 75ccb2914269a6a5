import { SYSTEM_CLOCK, type Clock } from '#async';

/** What the adapter reports while it works; nothing of it needs an answer. */
export interface EventStoreDbObserver {
  /** An append whose fate is not known: it will be sent again. */
  readonly appendUnknown?: (stream: string, cause: unknown) => void;
  /** The connection is given up, and a new one made for what comes. */
  readonly clientReplaced?: (cause: unknown) => void;
  /** A `follow` lost its subscription, and subscribes again after a wait. */
  readonly followInterrupted?: (cause: unknown, waitMs: number) => void;
}

export interface EventStoreDbOptions {
  /** `follow`, `readAll` and `head` see only streams that begin with it. */
  readonly streamPrefix?: string;
  /** Of an append; of a read, from one event to the next; of a subscription, until it is confirmed. */
  readonly deadlineMs?: number;
  /**
   * An append that is not answered for so long is looked for in its stream, and again after each
   * twice as long: the server drops what repeats an append that it has not committed yet.
   */
  readonly lookUpAfterMs?: number;
  /** A subscription that says nothing for so long is renewed. */
  readonly silenceMsMax?: number;
  readonly backoffMsMin?: number;
  readonly backoffMsMax?: number;
  /** Further appends wait, and for no longer than the deadline. */
  readonly appendsInFlightMax?: number;
  /** For the jitter of the back-off. */
  readonly random?: () => number;
  /** For everything that waits, but for gRPC's own deadlines. */
  readonly clock?: Clock;
}

export type ResolvedEventStoreDbOptions = Required<EventStoreDbOptions>;

export const DEFAULT_EVENTSTOREDB_OPTIONS: ResolvedEventStoreDbOptions = {
  streamPrefix: '',
  deadlineMs: 5_000,
  lookUpAfterMs: 40,
  silenceMsMax: 30_000,
  backoffMsMin: 50,
  backoffMsMax: 5_000,
  appendsInFlightMax: 512,
  random: Math.random,
  clock: SYSTEM_CLOCK,
};
