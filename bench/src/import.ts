import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { sleep } from '#async';
import { migrateEventStore } from '#event-store';
import { copyInto } from './audit/copy-into.js';
import { median, repeated, type Figures } from './figures.js';
import { runImporter } from './import/importer.js';
import { MAPPING, fillOldTables } from './import/old-tables.js';
import { OldWriters } from './import/old-writers.js';
import { inDatabase, onPostgres } from './on-postgres.js';

const ROUNDS = 3;
const ROWS_EACH = 100;
const ROWS = 500_000;
/** BENCH_IMPORT_CHECK_ROWS=10000000 checks a large one, which takes a while to fill. */
const CHECK_ROWS = Number(process.env['BENCH_IMPORT_CHECK_ROWS'] ?? 2_000_000);

/** Of the accounts that are opened while others are written. */
const OPEN_ACCOUNTS = 20_000;
const OPEN_ROWS_EACH = 20;
const BEFORE_MS = 4_000;
/** A canary of one in a hundred in each round, and then so many. */
const OPEN_PERCENT = 13;

/** What a take-over costs, with the importer as a process of its own, on one server with fsync on. */
export const importBench = (): Promise<Figures> =>
  onPostgres(async (server, home) => ({
    ...(await inDatabase(server, 'old', (old) => importsAndChecks(server, old, home))),
    ...(await inDatabase(server, 'old', (old) => largeCheck(old, home))),
    ...(await inDatabase(server, 'old', (old) => openings(server, old, home))),
  }));

interface CheckJson {
  readonly rows: number;
  readonly seconds: number;
}

async function importsAndChecks(server: string, old: string, home: string): Promise<Figures> {
  const map = await mapFile(home);
  await fillOldTables(old, ROWS / ROWS_EACH, ROWS_EACH);
  const checks = await repeated(ROUNDS, () => check(old, map));
  // In turns, so that both meet the same machine.
  const rounds = await repeated(ROUNDS, async () => {
    const copied = await copies(old, home);
    const imported = await inDatabase(server, 'ledger', (ledger) =>
      imports(ledger, old, map, home),
    );
    return { copied, imported, ratio: imported / copied };
  });
  const ratios = rounds.map(({ ratio }) => ratio);
  return {
    import_run_rows_per_s: median(rounds.map(({ imported }) => imported)),
    copy_rows_per_s: median(rounds.map(({ copied }) => copied)),
    import_run_of_copy: median(ratios),
    import_run_of_copy_min: Math.min(...ratios),
    import_run_of_copy_max: Math.max(...ratios),
    import_check_rows_per_s: median(checks.map(({ perSecond }) => perSecond)),
    [`import_check_rss_mb_${ROWS}`]: Math.max(...checks.map(({ rssMb }) => rssMb)),
  };
}

async function largeCheck(old: string, home: string): Promise<Figures> {
  const map = await mapFile(home);
  await fillOldTables(old, CHECK_ROWS / ROWS_EACH, ROWS_EACH);
  const { perSecond, rssMb } = await check(old, map);
  return {
    [`import_check_rows_per_s_${CHECK_ROWS}`]: perSecond,
    [`import_check_rss_mb_${CHECK_ROWS}`]: rssMb,
  };
}

async function check(old: string, map: string) {
  const { found, rssMb } = await runImporter<CheckJson>(
    {},
    ...['check', '--from', old, '--map', map, '--json'],
  );
  return { perSecond: found.rows / found.seconds, rssMb };
}

/** Rows a second of a bare COPY into an empty table with the same columns and indexes. */
async function copies(old: string, home: string): Promise<number> {
  const client = new pg.Client({ connectionString: old });
  await client.connect();
  try {
    const file = join(home, 'data', 'rows.copy');
    await client.query(`copy mjk_point_transactions to '${file}'`);
    await client.query('create table bare (like mjk_point_transactions including all)');
    const startedMs = performance.now();
    await copyInto(client, 'copy bare from stdin', createReadStream(file));
    const seconds = (performance.now() - startedMs) / 1_000;
    await client.query('drop table bare');
    return ROWS / seconds;
  } finally {
    await client.end();
  }
}

async function imports(ledger: string, old: string, map: string, home: string): Promise<number> {
  const env = await takeOver(ledger, map, home);
  const { found } = await runImporter<{ readonly rows: number; readonly seconds: number }>(
    env,
    ...['run', '--from', old, '--json'],
  );
  if (found.rows !== ROWS) throw new Error(`${found.rows} of ${ROWS} rows were imported`);
  return found.rows / found.seconds;
}

interface OpenJson {
  readonly opened: number;
  readonly busy: readonly string[];
  readonly pause_ms: Readonly<Record<'p50' | 'p99' | 'max', number>>;
}

/** Accounts are opened while the old service goes on with all accounts that are still there. */
async function openings(server: string, old: string, home: string): Promise<Figures> {
  const map = await mapFile(home);
  await fillOldTables(old, OPEN_ACCOUNTS, OPEN_ROWS_EACH);
  await runImporter({}, 'prepare', '--from', old, '--map', map);
  return inDatabase(server, 'ledger', async (ledger) => {
    const env = await takeOver(ledger, map, home);
    await runImporter(env, 'run', '--from', old);
    const writers = await OldWriters.begin(old);
    const open = async (percent: number) => {
      const startedMs = performance.now();
      const share = ['--share', String(percent), '--alone', '--json'];
      const { found } = await runImporter<OpenJson>(env, 'open', '--from', old, ...share);
      const seconds = (performance.now() - startedMs) / 1_000;
      return { ...found, seconds };
    };
    const rounds: { before: number[]; during: number[] }[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      writers.taken();
      await sleep(BEFORE_MS);
      const before = writers.taken();
      await open(round);
      rounds.push({ before, during: writers.taken() });
    }
    const { opened, seconds, pause_ms: pause } = await open(OPEN_PERCENT);
    await writers.end();
    const medianOf = (when: 'before' | 'during', share: number): number =>
      median(rounds.map((round) => percentile(round[when], share)));
    return {
      open_accounts_per_s: opened / seconds,
      open_pause_p50_ms: pause.p50,
      open_pause_p99_ms: pause.p99,
      open_pause_max_ms: pause.max,
      open_writes_refused: writers.refused,
      canary_others_p50_before_ms: medianOf('before', 0.5),
      canary_others_p50_during_ms: medianOf('during', 0.5),
      canary_others_p99_before_ms: medianOf('before', 0.99),
      canary_others_p99_during_ms: medianOf('during', 0.99),
    };
  });
}

/** Begins a take-over in an empty ledger, and returns what an importer needs to know of it. */
async function takeOver(
  ledger: string,
  map: string,
  home: string,
): Promise<Readonly<Record<string, string>>> {
  await migrateEventStore(ledger);
  const env = { EVENT_STORE: ledger, DATA_DIR: home };
  await runImporter(env, 'start', '--id', 'bench', '--map', map);
  return env;
}

async function mapFile(home: string): Promise<string> {
  const file = join(home, 'map.json');
  await writeFile(file, JSON.stringify(MAPPING));
  return file;
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}
