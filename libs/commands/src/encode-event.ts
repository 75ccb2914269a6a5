import { chainHash, eventIdOf } from '#identity';
import { type EncodedEvent } from '#event-store';
import { serializeEvent, type LedgerCommand, type LedgerEvent, type Provenance } from '#ledger';

/** What a command came with. The rules don't look at it; it is kept beside the events. */
export type Origin = Pick<Provenance, 'correlation' | 'traceparent' | 'kafka'>;

export function provenanceOf(command: LedgerCommand, origin: Origin, policy: string): Provenance {
  const { source, id, type } = command;
  return { ...origin, command: { source, id, type }, policy };
}

/** Where in its stream the event will stand, and the hash before it. */
export interface EventSlot {
  readonly stream: string;
  readonly revision: number;
  readonly before: Uint8Array;
}

export function encodeEvent(
  event: LedgerEvent,
  provenance: Provenance,
  place: EventSlot,
): EncodedEvent {
  const { stream, revision, before } = place;
  const { type, data, meta } = serializeEvent(event, provenance);
  const id = eventIdOf(event.commandId, revision);
  const hash = chainHash(before, { stream, revision, id, type, data, meta });
  return { id, type, data, meta, hash };
}

/** Bytes that it adds to an append, its id, type and hash with some room included. */
export function appendBytes(event: EncodedEvent): number {
  return Buffer.byteLength(event.data) + Buffer.byteLength(event.meta) + 128;
}
