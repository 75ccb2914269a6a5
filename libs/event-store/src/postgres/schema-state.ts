import type { ClientBase, Pool } from 'pg';
import { readAppliedMigrations } from '#migrations';
import { asPermanent } from './migrate.js';
import { EVENT_STORE_PLAN } from './migrations/index.js';

/** The schema of the event store in a database, as the role of the connection sees it. */
export interface SchemaState {
  /** The number of applied migrations, or null when there is no schema or this role must not read it. */
  readonly applied: number | null;
  /** Whether this role owns the schema, or may create it when it does not exist. */
  readonly mayMigrate: boolean;
  readonly role: string;
}

/** Reads the state without a change. Throws when the database is newer than this program. */
export async function eventStoreSchemaState(db: Pool | ClientBase): Promise<SchemaState> {
  const { rows } = await db.query<{ role: string; owns: boolean; sees: boolean }>(
    `select current_user as role,
       case when n.oid is null then has_database_privilege(current_database(), 'create')
         else pg_has_role(n.nspowner, 'usage') end as owns,
       coalesce(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'), false)
         as sees
     from (select 1) one
       left join pg_namespace n on n.nspname = 'event_store'
       left join pg_class c on c.relnamespace = n.oid and c.relname = 'migrations'`,
  );
  const [{ role, owns: mayMigrate, sees } = { role: '', owns: false, sees: false }] = rows;
  if (!sees) return { role, mayMigrate, applied: null };
  const applied = await asPermanent(() => readAppliedMigrations(db, EVENT_STORE_PLAN));
  return { role, mayMigrate, applied: applied.length };
}
