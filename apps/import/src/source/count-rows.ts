import type pg from 'pg';
import type { OldTables } from './old-tables.js';

/** How many rows there are, for what is left of the time. */
export async function countRows(client: pg.Client, { rows }: OldTables): Promise<number> {
  const counted = await client.query<{ count: string }>(
    `select count(*)::text as count from ${rows.name}`,
  );
  return Number(counted.rows[0]?.count);
}
