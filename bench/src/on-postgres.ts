import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '#embedded';
import { withTempDir } from './temp-dir.js';

/** Runs the work on a new server, started as by the local stack with fsync on, and removes it afterwards. */
export function onPostgres<T>(
  measure: (url: string, home: string) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  return withTempDir(async ({ path: home, onExit: stopping }) => {
    const server = await startEmbeddedPostgres({ dataDir: join(home, 'data'), settings });
    stopping(() => server.stop());
    return measure(server.url, home);
  });
}

/** Runs the work in a new database of the server. */
export async function inDatabase<T>(
  server: string,
  name: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const done = await work(url.href);
  await onServer(server, `drop database ${name} with (force)`);
  return done;
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
