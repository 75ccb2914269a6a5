import { chainHash } from '#identity';
import { MemoryEventStore } from '#event-store/testing';
import type { StoredEvent } from '../store/event-source.js';
import { memoryPosition } from './memory-event-source.js';
import { writeSampleLedger } from './sample-ledger.js';

type SampleOptions = Parameters<typeof writeSampleLedger>[1];

/** The events of the sample ledger as an auditor reads them, at the positions 1, 2, 3 … */
export async function sampleEvents(options?: SampleOptions): Promise<StoredEvent[]> {
  const store = new MemoryEventStore();
  await writeSampleLedger(store, options);
  return storedEventsIn(store);
}

/** At the positions 1, 2, 3 … */
export async function storedEventsIn(store: MemoryEventStore): Promise<StoredEvent[]> {
  const { events } = await store.readAll(null, 1_000_000);
  return events.map(({ stream, revision, id, type, data, meta, hash }, index) => ({
    position: memoryPosition(index + 1),
    stream,
    revision,
    id,
    type,
    data,
    meta,
    hash: Buffer.from(hash).toString('hex'),
  }));
}

/** The events with one of them replaced, as by someone who does not recompute hashes. */
export function withChange(
  events: readonly StoredEvent[],
  stream: string,
  revision: number,
  change: Partial<StoredEvent> | ((event: StoredEvent) => Partial<StoredEvent>),
): StoredEvent[] {
  return events.map((event) => {
    if (event.stream !== stream || event.revision !== revision) return event;
    return { ...event, ...(typeof change === 'function' ? change(event) : change) };
  });
}

/** The events with the data of one of them changed, and all hashes of its stream recomputed. */
export function withForgedData(
  events: readonly StoredEvent[],
  stream: string,
  revision: number,
  change: (data: Record<string, unknown>) => void,
): StoredEvent[] {
  return withFreshHashes(
    withChange(events, stream, revision, ({ data }) => {
      const parsed = JSON.parse(data) as Record<string, unknown>;
      change(parsed);
      return { data: JSON.stringify(parsed) };
    }),
    stream,
  );
}

/** The same for what stands in the meta of an event. */
export function withForgedMeta(
  events: readonly StoredEvent[],
  stream: string,
  revision: number,
  change: (meta: Record<string, unknown>) => void,
): StoredEvent[] {
  return withFreshHashes(
    withChange(events, stream, revision, ({ meta }) => {
      const parsed = JSON.parse(meta) as Record<string, unknown>;
      change(parsed);
      return { meta: JSON.stringify(parsed) };
    }),
    stream,
  );
}

/** Recomputes the hash chain of a stream, as a forger who knows how hashes are made would do. */
export function withFreshHashes(events: readonly StoredEvent[], stream: string): StoredEvent[] {
  let previous: Uint8Array = new Uint8Array(32);
  return events.map((event) => {
    if (event.stream !== stream) return event;
    previous = chainHash(previous, event);
    return { ...event, hash: Buffer.from(previous).toString('hex') };
  });
}
