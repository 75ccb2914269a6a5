import { randomUUID } from 'node:crypto';
import pg from 'pg';

export interface Database {
  readonly url: string;
  drop(): Promise<void>;
}

/** Creates a new database, on the server of the tests or on another one. */
export async function freshDatabase(server = process.env['TEST_PG_URL']): Promise<Database> {
  if (server === undefined) throw new Error('TEST_PG_URL names no Postgres');
  const name = `es_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await queryAsOwner(server, `create database ${name}`);
  return {
    url: url.toString(),
    drop: () => queryAsOwner(server, `drop database ${name} with (force)`).then(() => {}),
  };
}

/** Runs one statement as the login of the URL, without assuming a role. */
export async function queryAsOwner(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}
