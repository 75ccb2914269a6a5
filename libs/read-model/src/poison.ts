import type { Position, RecordedEvent } from '#event-store';

export type PoisonReason =
  | 'unreadable-event'
  | 'hole-in-stream'
  | 'hole-in-store'
  | 'order-broken'
  | 'rows-disagree'
  /** A value of it has no place in the tables. */
  | 'unwritable-value'
  /** Making rows of it failed in a way that nobody foresaw. */
  | 'failed-fold';

/** Where an event stands: enough to name it. */
export type EventPlace = Pick<RecordedEvent, 'stream' | 'revision' | 'position'>;

/** An event that can't be applied. Skipping it would be a wrong balance: the projector stops at it. */
export class PoisonEvent extends Error {
  override readonly name = 'PoisonEvent';
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;

  constructor(
    readonly reason: PoisonReason,
    at: EventPlace,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${at.stream} revision ${at.revision} at ${at.position}: ${detail}`, options);
    this.stream = at.stream;
    this.revision = at.revision;
    this.position = at.position;
  }
}

/**
 * An error of a step that only computes comes again at every retry: the event is the reason, and the
 * error names it.
 */
export function poisonBy(reason: PoisonReason, at: EventPlace, cause: unknown): PoisonEvent {
  if (cause instanceof PoisonEvent) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new PoisonEvent(reason, at, detail, { cause });
}
