import { withPool } from '#assembly';
import { migrateEventStore } from '#event-store';
import { migrate } from '#read-model';
import { LOGIN_ROLES, makeLogin } from './logins.js';
import type { MigrateVariables } from './migrate-variables.js';

/** Brings the databases up to date, grants, and makes the logins that were asked for. */
export async function runMigrations(
  config: MigrateVariables,
  say: (line: string) => void,
): Promise<void> {
  const { MIGRATION_URL: url, EVENT_STORE_MIGRATION_URL: eventStoreUrl } = config;
  // Snapshots stand beside the events' schema, also where the events are elsewhere.
  await migrateEventStore(url);
  say('event store: up to date, rights granted');
  await withPool(url, async (pool) => void (await migrate(pool)));
  say('read tables: up to date, rights granted');
  await makeLogins(url, config, say);
  if (eventStoreUrl === '') return;
  await migrateEventStore(eventStoreUrl);
  say('event store on another server: up to date, rights granted');
  await makeLogins(eventStoreUrl, config, say);
}

async function makeLogins(
  url: string,
  { LOGIN_PASSWORDS: wanted, LOGIN_PREFIX: prefix }: MigrateVariables,
  say: (line: string) => void,
): Promise<void> {
  await withPool(url, async (pool) => {
    const client = await pool.connect();
    try {
      for (const { login, password } of wanted) {
        const name = await makeLogin(client, prefix, login, password);
        say(`login ${name}: ${LOGIN_ROLES[login].join(', ')}`);
      }
    } finally {
      client.release();
    }
  });
}
