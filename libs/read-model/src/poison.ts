import type { Batch, Position, RecordedEvent } from '#event-store';

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

/** What can still be applied of a batch: all of it, or everything before the poison. null: nothing. */
export function beforePoison(batch: Batch, poison: PoisonEvent): Batch | null {
  const index = batch.events.findIndex(
    ({ stream, revision, position }) =>
      stream === poison.stream && revision === poison.revision && position === poison.position,
  );
  if (index === -1) return batch;
  const last = batch.events[index - 1];
  return last === undefined ? null : { events: batch.events.slice(0, index), next: last.position };
}
