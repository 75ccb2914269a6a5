import type { EventStore } from '#event-store';
import { accountStream } from '#identity';
import type { Provenance } from '#ledger';
import { decodeEvent, type DecodedEvent } from '../history/stored-event.js';

/** How many events before are read: nearly always the first of these is enough. */
const EVENTS_BEFORE = [16, 512, 16_384] as const;

/**
 * What the sender told with the command of an event. It stands with the first event that was recorded for
 * the command, be it one that fell due. null: it was recorded before commands were kept.
 */
export async function readCommandData(
  store: EventStore,
  userId: string,
  { recorded, event, provenance }: DecodedEvent,
): Promise<Provenance['data'] | null> {
  if (provenance.data !== undefined) return provenance.data;
  if (provenance.settings === undefined || recorded.revision === 0) return null;
  for (const before of EVENTS_BEFORE) {
    const from = Math.max(0, recorded.revision - before);
    const limit = recorded.revision - from;
    let data: Provenance['data'] | null = null;
    let isWhole = from === 0;
    for await (const earlier of store.readStream(accountStream(userId), { from, limit })) {
      const decoded = decodeEvent(earlier);
      const isOfCommand = decoded.event.commandId === event.commandId;
      if (!isOfCommand) isWhole = true;
      data = isOfCommand ? (data ?? decoded.provenance.data ?? null) : null;
    }
    if (isWhole) return data;
  }
  return null;
}
