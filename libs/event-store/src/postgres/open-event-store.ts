import { migrateEventStore } from './migrate.js';
import type { PostgresObserver, PostgresOptions } from './options.js';
import { postgresPools, type ConnectionRole } from './pools.js';
import { PostgresEventStore } from './postgres-event-store.js';

/** Opens the store at a URL after its schema was brought up to date. */
export async function openPostgresEventStore(
  url: string,
  options: PostgresOptions = {},
  observer: PostgresObserver = {},
): Promise<PostgresEventStore> {
  await migrateEventStore(url);
  return new PostgresEventStore(postgresPools(url, options, observer), options, observer);
}

/** Opens the store at a URL whose schema is up to date. */
export function openMigratedEventStore(
  url: string,
  options: PostgresOptions = {},
  observer: PostgresObserver = {},
  role: ConnectionRole = 'login',
): PostgresEventStore {
  return new PostgresEventStore(postgresPools(url, options, observer, role), options, observer);
}
