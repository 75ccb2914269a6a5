import { AccountDamaged } from '#commands';
import { storedEvent, type StoredEvent } from '#contracts';
import type { RecordedEvent } from '#event-store';
import { deserializeEvent, type LedgerEvent, type Provenance } from '#ledger';

export interface DecodedEvent {
  readonly recorded: RecordedEvent;
  readonly event: LedgerEvent;
  readonly provenance: Provenance;
}

/** Throws AccountDamaged when the event can't be decoded, so that no event is skipped silently. */
export function decodeEvent(recorded: RecordedEvent): DecodedEvent {
  return reportAsDamage(recorded, () => ({ recorded, ...deserializeEvent(recorded) }));
}

/** The stored event with its fields in the stored order, so that its hash can be verified. */
export function toStoredEvent({ recorded, event }: DecodedEvent): StoredEvent {
  const { revision, position, id, type, data, meta, hash } = recorded;
  return reportAsDamage(recorded, () => {
    const stored: unknown = {
      revision,
      position,
      id,
      type,
      at: event.at,
      data: JSON.parse(data) as unknown,
      meta: JSON.parse(meta) as unknown,
      hash: Buffer.from(hash).toString('hex'),
    };
    storedEvent.parse(stored);
    return stored as StoredEvent;
  });
}

/** Reports every error in a stored event as damage to its account. */
export function reportAsDamage<T>({ stream, revision }: RecordedEvent, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AccountDamaged(stream, revision, reason, { cause });
  }
}
