import type { Command } from '../protocol/command.js';
import type { CommandType } from '../protocol/names.js';
import type { Database } from './database.js';
import { OUTBOX_TABLE, USER_LOCKS, tableName } from './migration.js';

interface OutboxRow {
  readonly id: string;
  readonly user_id: string;
  readonly source: string;
  readonly command_id: string;
  readonly type: CommandType;
  readonly value: string;
  readonly traceparent: string | null;
  readonly age_seconds: number;
}

export interface OutboxEntry {
  /** Of the row. */
  readonly rowId: string;
  readonly command: Command;
  /** When it was taken. */
  readonly ageSeconds: number;
}

/**
 * The oldest rows of users whom no other relay has, locked until the end of the transaction. Row locks keep
 * relays from waiting for each other. The lock of the user keeps two of them from publishing for one user at a
 * time also where a transaction commits late, and its row stands before those that another relay has.
 */
export async function takeRows(
  database: Database,
  table: string,
  { usersMax, rowsMax }: { readonly usersMax: number; readonly rowsMax: number },
): Promise<readonly OutboxEntry[]> {
  const heads = await database.query<{ readonly user_id: string }>(
    `SELECT user_id FROM ${table} AS head
     WHERE state = 'pending' AND NOT EXISTS (
       SELECT FROM ${table} AS earlier
       WHERE earlier.user_id = head.user_id AND earlier.id < head.id
         AND earlier.state IN ('pending', 'held'))
     ORDER BY id LIMIT $1
     FOR UPDATE SKIP LOCKED`,
    [usersMax],
  );
  if (heads.rows.length === 0) return [];
  const users = await database.query<{ readonly user_id: string }>(
    `SELECT user_id FROM unnest($1::uuid[]) AS user_id
     WHERE pg_try_advisory_xact_lock($2, hashtext(user_id::text))`,
    [heads.rows.map(({ user_id }) => user_id), USER_LOCKS],
  );
  // What stands behind a held row waits with it, or it would overtake it. A row that another relay locks for the moment
  // is waited for, because those behind it would overtake it too.
  const { rows } = await database.query<OutboxRow>(
    `SELECT id, user_id, source, command_id, type, value, traceparent,
       extract(epoch FROM now() - created_at)::float8 AS age_seconds
     FROM ${table} AS row
     WHERE state = 'pending' AND user_id = ANY($1::uuid[]) AND NOT EXISTS (
       SELECT FROM ${table} AS earlier
       WHERE earlier.user_id = row.user_id AND earlier.id < row.id AND earlier.state = 'held')
     ORDER BY id LIMIT $2
     FOR UPDATE`,
    [users.rows.map(({ user_id }) => user_id), rowsMax],
  );
  return rows.map(toEntry);
}

const toEntry = (row: OutboxRow): OutboxEntry => ({
  rowId: row.id,
  ageSeconds: row.age_seconds,
  command: {
    type: row.type,
    id: row.command_id,
    source: row.source,
    userId: row.user_id,
    value: row.value,
    traceparent: row.traceparent,
  },
});

export async function markSent(
  database: Database,
  table: string,
  rowIds: readonly string[],
): Promise<void> {
  if (rowIds.length === 0) return;
  await database.query(
    `UPDATE ${table} SET state = 'sent', sent_at = now() WHERE id = ANY($1::bigint[])`,
    [rowIds],
  );
}

export async function markFailed(
  database: Database,
  table: string,
  failed: readonly { readonly rowId: string; readonly error: string }[],
): Promise<void> {
  for (const { rowId, error } of failed) {
    await database.query(
      `UPDATE ${table} SET failures = failures + 1, last_error = $2 WHERE id = $1::bigint`,
      [rowId, error],
    );
  }
}

export async function hold(
  database: Database,
  table: string,
  { rowId, error }: { readonly rowId: string; readonly error: string },
): Promise<void> {
  await database.query(
    `UPDATE ${table} SET state = 'held', last_error = $2 WHERE id = $1::bigint`,
    [rowId, error],
  );
}

/**
 * Holds what is older than the ledger surely remembers: it may have been sent before, and a repeat of it could
 * not be recognised any more. The ids of those that were held now.
 */
export async function holdOld(
  database: Database,
  table: string,
  seconds: number,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ readonly command_id: string }>(
    `UPDATE ${table} SET state = 'held', last_error = 'older than the ledger remembers'
     WHERE id IN (
       SELECT id FROM ${table}
       WHERE state = 'pending' AND created_at < now() - make_interval(secs => $1)
       FOR UPDATE SKIP LOCKED)
     RETURNING command_id`,
    [seconds],
  );
  return rows.map(({ command_id }) => command_id);
}

/** Deletes what was sent that long ago. How many rows those were. */
export async function deleteSent(
  database: Database,
  table: string,
  { days, rowsMax }: { readonly days: number; readonly rowsMax: number },
): Promise<number> {
  const { rowCount } = await database.query(
    `DELETE FROM ${table} WHERE id IN (
       SELECT id FROM ${table}
       WHERE state = 'sent' AND sent_at < now() - make_interval(secs => $1 * 86400)
       ORDER BY sent_at LIMIT $2
       FOR UPDATE SKIP LOCKED)`,
    [days, rowsMax],
  );
  return rowCount ?? 0;
}

export interface OutboxCounts {
  readonly pending: number;
  /** Wait for a person. */
  readonly held: number;
  /** The age of the oldest pending row, in seconds; 0: there is none. */
  readonly lagSeconds: number;
}

export async function countRows(database: Database, table: string): Promise<OutboxCounts> {
  const { rows } = await database.query<{ pending: number; held: number; lag: number }>(
    `SELECT count(*) FILTER (WHERE state = 'pending')::int AS pending,
       count(*) FILTER (WHERE state = 'held')::int AS held,
       coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'pending')), 0)::float8 AS lag
     FROM ${table} WHERE state IN ('pending', 'held')`,
  );
  const [{ pending, held, lag } = { pending: 0, held: 0, lag: 0 }] = rows;
  return { pending, held, lagSeconds: lag };
}

/** What a person decided about a held row: that it need not be sent. What waits behind it goes on. */
export async function discardHeld(
  database: Database,
  { userId, source, id }: Pick<Command, 'userId' | 'source' | 'id'>,
  table: string = OUTBOX_TABLE,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE ${tableName(table)} SET state = 'discarded'
     WHERE user_id = $1 AND source = $2 AND command_id = $3 AND state = 'held'`,
    [userId, source, id],
  );
  return (rowCount ?? 0) > 0;
}
