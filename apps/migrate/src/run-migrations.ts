import { withPool } from '#platform';
import { migrateEventStore } from '#event-store';
import { migrate } from '#read-model';
import { LOGIN_ROLES, createLogin } from './database-logins.js';
import type { MigrateVariables } from './migrate-variables.js';

/** Brings the databases up to date, grants, and makes the logins that were asked for. */
export async function runMigrations(
  config: MigrateVariables,
  print: (line: string) => void,
): Promise<void> {
  const { MIGRATION_URL: url, EVENT_STORE_MIGRATION_URL: eventStoreUrl } = config;
  // Snapshots stand beside the events' schema, also where the events are elsewhere.
  await migrateEventStore(url);
  print('event store: up to date, rights granted');
  await withPool(url, async (pool) => void (await migrate(pool)));
  print('read tables: up to date, rights granted');
  await createLogins(url, config, print);
  if (eventStoreUrl === '') return;
  await migrateEventStore(eventStoreUrl);
  print('event store on another server: up to date, rights granted');
  await createLogins(eventStoreUrl, config, print);
}

async function createLogins(
  url: string,
  { LOGIN_PASSWORDS: requested, LOGIN_PREFIX: prefix }: MigrateVariables,
  print: (line: string) => void,
): Promise<void> {
  await withPool(url, async (pool) => {
    const client = await pool.connect();
    try {
      for (const { login, password } of requested) {
        const name = await createLogin(client, prefix, login, password);
        print(`login ${name}: ${LOGIN_ROLES[login].join(', ')}`);
      }
    } finally {
      client.release();
    }
  });
}
