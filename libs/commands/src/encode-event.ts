import { chainHash, eventIdOf } from '#identity';
import { type EncodedEvent } from '#event-store';
import { serializeEvent, type LedgerCommand, type LedgerEvent, type Provenance } from '#ledger';

/** The origin of a command. It is stored with the events and does not affect the decision. */
export type Origin = Pick<Provenance, 'correlation' | 'traceparent' | 'kafka'>;

export function provenanceOf(command: LedgerCommand, origin: Origin, policy: string): Provenance {
  const { source, id, type } = command;
  return { ...origin, command: { source, id, type }, policy };
}

/** The revision that the event will have in its stream, and the hash of the event before it. */
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

/** Bytes that the event adds to an append, with an allowance for its id, type and hash. */
export function appendBytes(event: EncodedEvent): number {
  return Buffer.byteLength(event.data) + Buffer.byteLength(event.meta) + 128;
}
