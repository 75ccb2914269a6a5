/** A request that a fault may be injected into. */
export interface AppendCall {
  readonly stream: string;
  readonly ids: readonly string[];
  /** The classic call, or one within a batch stream. */
  readonly via: 'append' | 'batch-append';
}

export interface ReadCall {
  /** null: all of them. */
  readonly stream: string | null;
  readonly isSubscription: boolean;
}

export interface EndPoint {
  readonly address: string;
  readonly port: number;
}

export type AppendFault =
  /** Never answered, nothing written. */
  | { readonly kind: 'swallow' }
  /** Written, never answered. */
  | { readonly kind: 'swallow-answer' }
  /** Written, then answered with an error. */
  | { readonly kind: 'lose-answer' }
  /** Nothing written: come again later. */
  | { readonly kind: 'busy' }
  /** Answered twice; the classic call can carry one answer only. */
  | { readonly kind: 'double-answer' }
  /** Written at once, answered late. */
  | { readonly kind: 'late-answer'; readonly afterMs: number }
  /** Written and answered late: a caller that gave up meanwhile finds it written afterwards. */
  | { readonly kind: 'late-write'; readonly afterMs: number }
  /**
   * Written at once, committed later: until then it cannot be read, what is written behind it waits as
   * well, and a repeat of it is dropped and answered with a timeout.
   */
  | { readonly kind: 'late-commit'; readonly afterMs: number }
  /** The connection is cut, with all other calls on it. */
  | { readonly kind: 'cut'; readonly when: 'before-commit' | 'after-commit' }
  /** Nothing written: another node leads the cluster. */
  | { readonly kind: 'not-leader'; readonly leader: EndPoint }
  /** Nothing written, and refused for its revision, whatever that is. */
  | { readonly kind: 'wrong-version' }
  /** Nothing written, and an error. */
  | { readonly kind: 'error'; readonly as: ErrorKind };

export type ErrorKind =
  | 'internal'
  | 'unknown'
  | 'aborted'
  | 'cancelled'
  | 'deadline-exceeded'
  | 'access-denied'
  | 'invalid-argument';

export type ReadFault =
  /** Never answered. */
  | { readonly kind: 'swallow' }
  | { readonly kind: 'error'; readonly as: ErrorKind }
  | { readonly kind: 'busy' }
  | { readonly kind: 'not-leader'; readonly leader: EndPoint }
  /** Some events, and then no more, and no end. */
  | { readonly kind: 'stall'; readonly afterEvents: number }
  /** Some events, and then the connection is cut. */
  | { readonly kind: 'cut'; readonly afterEvents: number }
  /** Some events, and then an end or an error, as when a server drops a subscription. */
  | { readonly kind: 'drop'; readonly afterEvents: number; readonly as: ErrorKind | 'end' }
  /** Every event comes twice. */
  | { readonly kind: 'duplicate' }
  /** This event is left out, as if a scavenge had removed it. */
  | { readonly kind: 'omit'; readonly stream: string; readonly revision: number };

/** Called for each request. `undefined`: no fault. */
export interface Faults {
  append?: ((call: AppendCall) => AppendFault | undefined) | undefined;
  read?: ((call: ReadCall) => ReadFault | undefined) | undefined;
  /** The client requests the features of the server before it uses BatchAppend. */
  features?: (() => 'internal' | 'swallow' | undefined) | undefined;
  /** No request is answered any more, those in progress included. */
  blackHole?: boolean;
}
