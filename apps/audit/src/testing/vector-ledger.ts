import { MemoryEventStore } from '#event-store/testing';
import type { Vector } from '#ledger/testing';
import type { StoredEvent } from '../store/event-source.js';
import { WriterUnderSettings, type SentInTest } from './ledger-writer.js';
import { storedEventsIn } from './sample-events.js';

const DAY_MS = 86_400_000;

/** The store that the commands of a vector make, with its settings published in time. */
export async function ledgerOfVector({
  settings = [],
  steps,
}: Pick<Vector, 'settings' | 'steps'>): Promise<StoredEvent[]> {
  const store = new MemoryEventStore();
  const writer = new WriterUnderSettings(store);
  for (const version of settings) await writer.publish({ ...version, at: dayBefore(version.from) });
  for (const { command } of steps) await writer.run(command as SentInTest, command.id);
  return storedEventsIn(store);
}

/** The first version is in force since the beginning of time. */
const dayBefore = (from: string): string =>
  from < '1970' ? '2000-01-01T00:00:00.000Z' : new Date(Date.parse(from) - DAY_MS).toISOString();
