import type { EventSource } from './event-source.js';
import { EventStoreDbSource } from './eventstoredb-source.js';
import { PostgresSource } from './postgres-source.js';

/** The event store at an address, by its scheme. */
export const openSource = (url: string): EventSource =>
  /^postgres(ql)?:/.test(url) ? new PostgresSource(url) : new EventStoreDbSource(url);
