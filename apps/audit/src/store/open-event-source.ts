import type { EventSource } from './event-source.js';
import { PostgresSource } from './postgres-source.js';

/** Opens the event store at an address, by its scheme. */
export async function openEventSource(url: string): Promise<EventSource> {
  if (/^postgres(ql)?:/.test(url)) return new PostgresSource(url);
  // Loaded only when needed: this client takes as long to load as the rest of the auditor.
  const { EventStoreDbSource } = await import('./eventstoredb-source.js');
  return new EventStoreDbSource(url);
}
