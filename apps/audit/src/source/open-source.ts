import type { EventSource } from './event-source.js';
import { PostgresSource } from './postgres-source.js';

/** The event store at an address, by its scheme. */
export async function openSource(url: string): Promise<EventSource> {
  if (/^postgres(ql)?:/.test(url)) return new PostgresSource(url);
  // The client of a cluster takes a third of the time in which everything else is loaded.
  const { EventStoreDbSource } = await import('./eventstoredb-source.js');
  return new EventStoreDbSource(url);
}
