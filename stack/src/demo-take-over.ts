import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { DEMO_MAPPING, fillOldDatabase } from './demo-old-service.js';
import { runApp } from './run-app.js';

const DATABASE = 'demo_old_service';
const IMPORT_ID = 'demo';
const IMPORT_MS_MAX = 60_000;

interface DemoTakeOver {
  readonly dataDir: string;
  /** The stack's own Postgres, by a login that may make databases. */
  readonly databaseUrl: string;
  readonly eventStore: string;
  readonly userId: string;
  readonly signal: AbortSignal;
}

/**
 * Takes one user over from a service that stood before, whose tables are in a database beside the
 * ledger's. No other process of the ledger runs yet, so that nothing has to be waited for. Killed at any
 * point, it begins again; what was imported is corrected then.
 */
export async function takeOverDemo(demo: DemoTakeOver, report: (line: string) => void) {
  const { dataDir, databaseUrl, userId } = demo;
  if (isDemoTakenOver(dataDir)) return;
  report('taking a user of the demo over from an old service');
  await withClient(databaseUrl, async (client) => {
    await client.query(`drop database if exists ${DATABASE} with (force)`);
    await client.query(`create database ${DATABASE}`);
  });
  const from = Object.assign(new URL(databaseUrl), { pathname: `/${DATABASE}` }).href;
  await withClient(from, (client) => fillOldDatabase(client, userId, Date.now()));
  const map = join(dataDir, 'demo-mapping.json');
  await writeFile(map, `${JSON.stringify(DEMO_MAPPING, null, 2)}\n`);
  await runImport(demo, ['start', '--id', IMPORT_ID, '--map', map, '--by', 'demo']);
  await runImport(demo, ['prepare', '--from', from, '--map', map]);
  await runImport(demo, ['finish', '--from', from, '--by', 'demo', '--alone']);
  await writeFile(markerOf(dataDir), new Date().toISOString());
}

const markerOf = (dataDir: string): string => join(dataDir, 'demo-taken-over');

export const isDemoTakenOver = (dataDir: string): boolean => existsSync(markerOf(dataDir));

async function runImport(
  { eventStore, signal }: DemoTakeOver,
  args: readonly string[],
): Promise<void> {
  const env = { EVENT_STORE: eventStore };
  const output = await runApp('import', args, { msMax: IMPORT_MS_MAX, signal, env });
  if (output !== null) throw new Error(`import ${args[0] ?? ''}: ${output}`);
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
