import type { Command } from '../protocol/command.js';
import { currentTraceparent } from '../support/installed-tracing.js';
import type { Database } from './database.js';
import { OUTBOX_TABLE, tableName } from './migration.js';

/** The id was put into the outbox before, with a command that says something else. */
export class OutboxIdReusedError extends Error {
  override readonly name = 'OutboxIdReusedError';
}

/**
 * Puts a command into the outbox, in the transaction of the service: both are there, or neither is. A command
 * that is there already is left as it is.
 */
export async function enqueue(
  database: Database,
  command: Command,
  table: string = OUTBOX_TABLE,
): Promise<void> {
  const name = tableName(table);
  const { userId, source, id, type, value, traceparent } = command;
  const add = async (): Promise<boolean | undefined> => {
    const { rows } = await database.query<{ readonly is_same: boolean }>(
      `WITH added AS (
         INSERT INTO ${name} (user_id, source, command_id, type, value, traceparent)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (user_id, source, command_id) DO NOTHING
         RETURNING true AS is_same
       )
       SELECT is_same FROM added
       UNION ALL
       SELECT type = $4 AND value = $5 FROM ${name}
       WHERE user_id = $1 AND source = $2 AND command_id = $3
       LIMIT 1`,
      [userId, source, id, type, value, traceparent ?? currentTraceparent()],
    );
    return rows[0]?.is_same;
  };
  // The first look misses a row that another transaction committed meanwhile; the second one sees it.
  const isSame = (await add()) ?? (await add());
  if (isSame === true) return;
  throw new OutboxIdReusedError(`The outbox has another command with the id ${id}`);
}
