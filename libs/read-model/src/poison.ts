import type { Position, RecordedEvent } from '#event-store';

export type PoisonReason =
  'unreadable-event' | 'hole-in-stream' | 'hole-in-store' | 'order-broken' | 'rows-disagree';

/** An event that can't be applied. Skipping it would be a wrong balance: the projector stops at it. */
export class PoisonEvent extends Error {
  override readonly name = 'PoisonEvent';
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;

  constructor(
    readonly reason: PoisonReason,
    at: Pick<RecordedEvent, 'stream' | 'revision' | 'position'>,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${at.stream} revision ${at.revision} at ${at.position}: ${detail}`, options);
    this.stream = at.stream;
    this.revision = at.revision;
    this.position = at.position;
  }
}
