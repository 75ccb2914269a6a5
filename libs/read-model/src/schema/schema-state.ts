import type { ClientBase, Pool } from 'pg';
import { MigrationMismatchError } from '#migrations';
import { MIGRATIONS } from './migrations.js';

/** The state of the read tables in a database, as far as the current role sees it. */
export interface TablesState {
  /** The last migration that was applied. null: none was, or this role may not see it. */
  readonly last: number | null;
  /** Whether this role owns the read tables, or may create them. */
  readonly mayMigrate: boolean;
  readonly role: string;
}

/** Changes nothing. Rejects when the database is newer than this program. */
export async function readTablesState(db: Pool | ClientBase): Promise<TablesState> {
  const { rows } = await db.query<{ role: string; owns: boolean; sees: boolean }>(
    `select current_user as role,
       case when c.oid is null then coalesce(has_schema_privilege(current_schema(), 'create'), false)
         else pg_has_role(c.relowner, 'usage') end as owns,
       coalesce(has_table_privilege(c.oid, 'select'), false) as sees
     from (select 1) one
       left join pg_class c on c.relname = 'mjk_point_migrations'
         and c.relnamespace = to_regnamespace(quote_ident(current_schema()))`,
  );
  const [{ role, owns: mayMigrate, sees } = { role: '', owns: false, sees: false }] = rows;
  if (!sees) return { role, mayMigrate, last: null };
  const { rows: taken } = await db.query<{ last: number }>(
    'select coalesce(max(number), 0) as last from mjk_point_migrations',
  );
  const last = taken[0]?.last ?? 0;
  const known = MIGRATIONS.at(-1)?.number ?? 0;
  if (last > known) {
    throw new MigrationMismatchError(
      'newer-database',
      `the read tables are at migration ${last}, this program at ${known}`,
    );
  }
  return { role, mayMigrate, last };
}
