import type pg from 'pg';
import type { OldTables } from './old-tables.js';
import { userIdOfKey, userKey } from './user-key.js';

/** How far a pass over the old tables came. */
export interface Bookmark {
  /** The greatest id that it saw; null: there was no row. */
  readonly throughId: string | null;
  /** The moment of its snapshot, by the clock of the old database. */
  readonly at: string;
}

/**
 * A row is dated when its transaction began, and is seen when it has ended. What takes longer is found by
 * the opening, which reads everything again.
 */
const OVERLAP_MS = 3_600_000;

/** Users with rows that are new, or changed, since a pass. Rows that are gone leave no trace here. */
export async function changedUsers(
  client: pg.Client,
  { rows: table }: OldTables,
  { throughId, at }: Bookmark,
): Promise<string[]> {
  const { rows } = await client.query<{ spelled: string }>(
    `select distinct ${table.columns[0]} as spelled from ${table.name}
     where id > $1::bigint or updated_at > $2::timestamptz`,
    [throughId ?? '0', new Date(Date.parse(at) - OVERLAP_MS).toISOString()],
  );
  const users = rows.flatMap(({ spelled }) => userIdOfKey(userKey(spelled)) ?? []);
  return [...new Set(users)];
}

/** Where the snapshot of the client ends. */
export async function bookmarkOf(
  client: pg.Client,
  { rows: table }: OldTables,
  at: string,
): Promise<Bookmark> {
  const { rows } = await client.query<{ id: string | null }>(
    `select max(id)::text as id from ${table.name}`,
  );
  return { throughId: rows[0]?.id ?? null, at };
}
