import type { Position, RecordedEvent } from '#event-store';

/**
 * Why an event can't be applied, and whether that concerns its account alone. Otherwise it is a fault of
 * this build or of the store, which parking an account would hide.
 */
const IS_ACCOUNT_LOCAL = {
  'unreadable-event': true,
  /** A record in the stream of the account is no event of the ledger. */
  'unreadable-record': true,
  'hole-in-stream': true,
  'rows-disagree': true,
  /** A value exceeds its column. */
  'unwritable-value': true,
  /** An unforeseen error, which is a bug. */
  'failed-fold': true,
  'stream-deleted': true,
  /** The server has truncated the stream: revisions are missing. */
  'stream-truncated': true,
  /** The type or version is unknown to this build. */
  'unknown-event': false,
  'hole-in-store': false,
  'order-broken': false,
} as const;

export type PoisonReason = keyof typeof IS_ACCOUNT_LOCAL;

export const isAccountLocal = (reason: PoisonReason): boolean => IS_ACCOUNT_LOCAL[reason];

/** What identifies an event. */
export type EventLocation = Pick<RecordedEvent, 'stream' | 'revision' | 'position'>;

/** An event that can't be applied. Skipping it would give a wrong balance. */
export class PoisonEvent extends Error {
  override readonly name = 'PoisonEvent';
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly detail: string;

  constructor(
    readonly reason: PoisonReason,
    at: EventLocation,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${at.stream} revision ${at.revision} at ${at.position}: ${detail}`, options);
    this.detail = detail;
    this.stream = at.stream;
    this.revision = at.revision;
    this.position = at.position;
  }
}

/**
 * Wraps an error of a step that only computes, and so fails again at every retry, in one that names the
 * event.
 */
export function toPoisonEvent(
  reason: PoisonReason,
  at: EventLocation,
  cause: unknown,
): PoisonEvent {
  if (cause instanceof PoisonEvent) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new PoisonEvent(reason, at, detail, { cause });
}
