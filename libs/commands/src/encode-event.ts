import { chainHash, eventIdOf } from '#identity';
import { type EncodedEvent } from '#event-store';
import type { SettingsInForce } from '#settings';
import { serializeEvent, type LedgerCommand, type LedgerEvent, type Provenance } from '#ledger';

/**
 * The origin of a command, and what its digest covers. It is stored with the events, `data` with the
 * first of them, and does not affect the decision.
 */
export type Origin = Pick<Provenance, 'correlation' | 'traceparent' | 'kafka' | 'data'>;

/** Of the first event that is recorded for the command, and of those behind it. */
interface Provenances {
  readonly first: Provenance;
  readonly later: Provenance;
}

/** Each is one literal: V8 adds properties behind a spread ten times as slowly. */
export function provenancesOf(
  { source, id, type }: LedgerCommand,
  { data, correlation, traceparent, kafka }: Origin,
  { settings: { version, rules }, policyFingerprint }: SettingsInForce,
): Provenances {
  const command = { source, id, type };
  const policy = rules === 1 ? policyFingerprint : undefined;
  const settings = version;
  const later: Provenance = { correlation, traceparent, kafka, command, policy, settings, rules };
  if (data === undefined) return { first: later, later };
  const first = { correlation, traceparent, kafka, command, policy, settings, rules, data };
  return { first, later };
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
