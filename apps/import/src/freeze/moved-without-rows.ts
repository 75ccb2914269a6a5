import pg from 'pg';
import { ACCOUNTS } from './account-states.js';
import type { OldTable, OldTables } from '../source/old-tables.js';

/** Users who are kept here, and have neither rows nor batches there any more: somebody took them out. */
export async function movedWithoutRows(
  client: pg.Client,
  { rows, batches }: OldTables,
): Promise<string[]> {
  const prepared = await client.query<{ is_prepared: boolean }>(
    'select to_regclass($1) is not null as is_prepared',
    [ACCOUNTS],
  );
  if (prepared.rows[0]?.is_prepared !== true) return [];
  const none = [rows, batches].flatMap((table) => (table === null ? [] : noneIn(table)));
  const found = await client.query<{ user_id: string }>(
    `select user_id::text from ${ACCOUNTS} account
     where state = 'moved' and ${none.join(' and ')} order by user_id`,
  );
  return found.rows.map(({ user_id: user }) => user);
}

/** However the table spells a user. */
const noneIn = ({ name, user }: OldTable): string =>
  `not exists (select from ${name} old
     where translate(lower(old.${pg.escapeIdentifier(user)}::text), '{}-', '')
       = replace(account.user_id::text, '-', ''))`;
