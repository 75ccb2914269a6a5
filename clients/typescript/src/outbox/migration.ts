import type { Database } from './database.js';

const NAME = /^[a-z_][a-z0-9_]{0,40}(\.[a-z_][a-z0-9_]{0,40})?$/;

export const OUTBOX_TABLE = 'points_outbox';

/** Of the advisory locks of a database, those of users of whom a relay publishes commands, in any language. */
export const USER_LOCKS = 0x504f494e;

/** The name of a table, with its schema or without. It stands in SQL as it is. */
export function tableName(name: string): string {
  if (NAME.test(name)) return name;
  throw new TypeError(`${JSON.stringify(name)} is not the name of a table: a-z, 0-9 and _`);
}

/**
 * The SQL of the table, for the service's own migrations. It may be run again, and the client for Python makes
 * the same one: services of both languages may share it.
 */
export function outboxMigration(table: string = OUTBOX_TABLE): string {
  const name = tableName(table);
  const index = name.replace('.', '_');
  return `CREATE TABLE IF NOT EXISTS ${name} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id uuid NOT NULL,
  source text NOT NULL,
  command_id text NOT NULL,
  type text NOT NULL,
  value text NOT NULL,
  traceparent text,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'held', 'discarded')),
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  failures integer NOT NULL DEFAULT 0,
  last_error text,
  UNIQUE (user_id, source, command_id)
);
CREATE INDEX IF NOT EXISTS ${index}_waiting ON ${name} (user_id, id) WHERE state IN ('pending', 'held');
CREATE INDEX IF NOT EXISTS ${index}_sent ON ${name} (sent_at) WHERE state = 'sent';
`;
}

export async function migrateOutbox(database: Database, table?: string): Promise<void> {
  // Instances that start at once would create it at once, and all but one fail.
  const lock = `SELECT pg_advisory_xact_lock(${USER_LOCKS}, 0);`;
  await database.query(`${lock}\n${outboxMigration(table)}`);
}
