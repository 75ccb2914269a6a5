import type { Position, RecordedEvent } from '#event-store';

/**
 * Why an event can't be applied, and whether that concerns its account alone. What does not is the
 * build's or the store's fault: leaving it out of one account would hide it.
 */
const IS_ACCOUNT_LOCAL = {
  'unreadable-event': true,
  /** A record in the account's stream that is no event. */
  'unreadable-record': true,
  'hole-in-stream': true,
  'rows-disagree': true,
  /** A value of it has no place in the tables. */
  'unwritable-value': true,
  /** Making rows of it failed in a way that nobody foresaw. */
  'failed-fold': true,
  'stream-deleted': true,
  /** The stream begins, or goes on, behind revisions that the server does not give any more. */
  'stream-truncated': true,
  /** A type or a version that this build doesn't know. */
  'unknown-event': false,
  'hole-in-store': false,
  'order-broken': false,
} as const;

export type PoisonReason = keyof typeof IS_ACCOUNT_LOCAL;

export const isAccountLocal = (reason: PoisonReason): boolean => IS_ACCOUNT_LOCAL[reason];

/** Where an event stands: enough to name it. */
export type EventLocation = Pick<RecordedEvent, 'stream' | 'revision' | 'position'>;

/** An event that can't be applied. Skipping it would be a wrong balance. */
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
 * An error of a step that only computes comes again at every retry: the event is the reason, and the
 * error names it.
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
