import type pg from 'pg';
import { foundAccount, type FoundAccount } from './account-reader.js';
import type { TextRow } from './sorted-cursor.js';
import type { OldTable, OldTables } from './old-tables.js';
import { spellingsOf, userKey } from './user-key.js';

/** One account, in the transaction of the client. */
export async function readAccount(
  client: pg.Client,
  tables: OldTables,
  userId: string,
): Promise<FoundAccount> {
  const spellings = spellingsOf(userId);
  const read = async (table: OldTable | null): Promise<readonly TextRow[]> => {
    if (table === null) return [];
    const { rows } = await client.query<(string | null)[]>({
      text: `${table.select} where ${table.ofUser} order by ${table.order.join(', ')}`,
      values: [spellings],
      rowMode: 'array',
    });
    return rows;
  };
  const rows = await read(tables.rows);
  const batches = await read(tables.batches);
  const jobs = await read(tables.jobs);
  return foundAccount(userKey(userId), rows, batches, jobs, tables.batches?.fields ?? []);
}
