import pg from 'pg';
import { CannotImportError, cannotImport } from '../errors.js';

const CONNECT_MS_MAX = 20_000;

/**
 * Every value is read as text in the most exact form that Postgres has, and in UTC. A plan for all rows is
 * wanted and not one that is quick with the first of them, and sorting millions of rows takes memory.
 */
export const READ_EXACTLY = `
  set local timezone = 'UTC';
  set local datestyle = 'ISO, YMD';
  set local extra_float_digits = 3;
  set local cursor_tuple_fraction = 1;
  set local work_mem = '128MB';
  set local jit = off;
  set local statement_timeout = 0;
  set local idle_in_transaction_session_timeout = 0`;

const SNAPSHOT = `begin isolation level repeatable read read only; ${READ_EXACTLY}`;

/** One moment of the old database, in a transaction that can't write, whoever it logs in as. */
export async function readSnapshot<T>(
  url: string,
  read: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return withOldDatabase(url, async (client) => {
    await client.query(SNAPSHOT);
    return read(client);
  });
}

/** A connection to the old database for as long as `work` takes. */
export async function withOldDatabase<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    application_name: 'points-ledger import',
  });
  // Without a listener a lost connection would end the process. Queries behind it don't say why it was lost.
  let loss: Error | null = null;
  client.on('error', (error) => (loss ??= error));
  try {
    await client.connect();
    return await work(client);
  } catch (cause) {
    const reason = cause instanceof CannotImportError ? cause : (loss ?? cause);
    throw cannotImport("the old database can't be used", reason);
  } finally {
    await client.end().catch(() => undefined); // What was read is whole, or an error is on its way.
  }
}

/** A connection that was lost has no transaction any more. */
export async function rollBack(client: pg.ClientBase): Promise<void> {
  await client.query('rollback').catch(() => undefined);
}

/** The moment of the snapshot by the clock of the old database: ours, in milliseconds. */
export async function snapshotTime(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ ms: string }>(
    'select floor(extract(epoch from transaction_timestamp()) * 1000)::bigint::text as ms',
  );
  return new Date(Number(rows[0]?.ms)).toISOString();
}
