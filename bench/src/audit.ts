import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, open } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { readAuditSettings, runAudit, threadWorkerPool } from '#audit';
import { openPostgresEventStore, type Position } from '#event-store';
import { migrate, PostgresTableWriter } from '#read-model';
import { benchUser } from './even-load.js';
import { median, repeated } from './figures.js';
import { loadLedger } from './audit/load-ledger.js';
import { progressReporter } from './audit/progress.js';
import { inDatabase, onPostgres } from './on-postgres.js';

const AUDIT = fileURLToPath(new URL('../../apps/audit/src/main.js', import.meta.url));
const OUTPUT_BYTES_MAX = 1024 * 1024;
/** Both ledgers have the same number of accounts, so that a difference in memory comes from the events. */
const ACCOUNTS = 1_000;
const SMALL_EVENTS = 100_000;
const WRITE_EVENTS = 5_000;

interface Sizes {
  /** Events of the large ledger. BENCH_AUDIT_EVENTS makes it smaller. */
  readonly events: number;
  readonly rows: number;
}

const SIZES: Sizes = {
  events: Number(process.env['BENCH_AUDIT_EVENTS'] ?? 5_000_000),
  rows: Number(process.env['BENCH_AUDIT_ROWS'] ?? 1_000_000),
};

/**
 * Postgres gets a quarter of the memory, as its manual advises. Durability and background work are off,
 * because they would disturb the measurement.
 */
const SERVER = {
  shared_buffers: `${Math.max(128, Math.floor(totalmem() / 4 / 2 ** 20))}MB`,
  maintenance_work_mem: '256MB',
  max_wal_size: '8GB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
};

/** Runs the auditor as a child process on the embedded Postgres. */
export const auditBench = (sizes: Sizes = SIZES): Promise<Record<string, number>> =>
  onPostgres((server, home) => measure(server, home, sizes), SERVER);

async function measure(server: string, home: string, sizes: Sizes) {
  const [small, ordinary] = await inDatabase(server, 'small', async (url) => [
    await verified(url, SMALL_EVENTS),
    await checkedMs(url, home),
  ]);
  const large = await inDatabase(server, 'large', (url) => verified(url, sizes.events));
  const [replay, whole] = await inDatabase(server, 'one', async (url) => [
    await replayed(url, home),
    await checkedMs(url, home),
  ]);
  const rowsPerSecond = await inDatabase(server, 'rows', (url) => compared(url, sizes.rows));
  return {
    verify_per_s: large.best,
    verify_median_per_s: large.median,
    verify_first_per_s: large.first,
    [`verify_rss_mb_${SMALL_EVENTS}`]: small.rssMb,
    [`verify_rss_mb_${sizes.events}`]: large.rssMb,
    [`replay_${SMALL_EVENTS}_ms`]: replay.best,
    [`replay_${SMALL_EVENTS}_at_a_prompt_ms`]: replay.atAPrompt,
    [`check_${SMALL_EVENTS / ACCOUNTS}_ms`]: ordinary,
    [`check_${SMALL_EVENTS}_ms`]: whole,
    diff_rows_per_s: Math.round(rowsPerSecond),
  };
}

interface Verified {
  readonly ok: boolean;
  readonly events: number;
  readonly seconds: number;
  readonly rss_mb: number;
}

const VERIFIES = 3;

/**
 * In the first run the server reads all pages that were loaded in bulk, which measures the server and
 * its machine. The later runs, sorted by speed, measure the auditor.
 */
async function verified(url: string, events: number) {
  await loadLedger(url, ACCOUNTS, events, progressReporter('loading, to verify'));
  const first = await verify(url, events);
  const again = await repeated(VERIFIES, () => verify(url, events));
  const perSeconds = again.map(perSecond);
  const rssMb = Math.max(...again.map(({ rss_mb }) => rss_mb));
  const best = Math.max(...perSeconds);
  return { first: perSecond(first), best, median: median(perSeconds), rssMb };
}

const perSecond = ({ events, seconds }: Verified): number => Math.round(events / seconds);

async function verify(url: string, events: number): Promise<Verified> {
  const found = JSON.parse(await audit(url, 'verify', '--json')) as Verified;
  if (!found.ok || found.events < events) throw new Error('the auditor did not read all events');
  return found;
}

const run = promisify(execFile);

async function audit(url: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, EVENT_STORE: url, DATABASE_URL: url };
  const running = run(process.execPath, [...process.execArgv, AUDIT, ...args], {
    env,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  running.child.stderr?.pipe(process.stderr, { end: false });
  return (await running).stdout;
}

const REPLAYS = 10;
const REPLAYS_AT_A_PROMPT = 3;

/**
 * Replays one user's statement into a file: the best of several runs without the start of Node, and
 * the median of runs as a separate, cold process.
 */
async function replayed(url: string, home: string) {
  await loadLedger(url, 1, SMALL_EVENTS, progressReporter('loading, to replay'));
  const file = join(home, 'statement.txt');
  const warm = await repeated(REPLAYS, () => replayedHere(url, file));
  const cold = await repeated(REPLAYS_AT_A_PROMPT, () => replayedAtAPrompt(url, file));
  return { best: Math.round(Math.min(...warm)), atAPrompt: Math.round(median(cold)) };
}

const REPLAY = ['replay', '--user', benchUser(0)];

async function replayedHere(url: string, file: string): Promise<number> {
  const out = createWriteStream(file);
  globalThis.gc?.(); // Collects the garbage of the previous run.
  const begunMs = performance.now();
  const status = await runAudit(REPLAY, {
    settings: readAuditSettings({ EVENT_STORE: url }),
    terminal: { out, err: process.stderr },
    now: () => new Date().toISOString(),
    openWorkerPool: (of) => threadWorkerPool(of),
  });
  await finished(out.end());
  const tookMs = performance.now() - begunMs;
  if (status !== 0) throw new Error(`the replay ended with ${status}`);
  return tookMs;
}

async function replayedAtAPrompt(url: string, file: string): Promise<number> {
  const out = await open(file, 'w');
  const begunMs = performance.now();
  try {
    const program = spawn(process.execPath, [...process.execArgv, AUDIT, ...REPLAY], {
      env: { ...process.env, EVENT_STORE: url },
      stdio: ['ignore', out.fd, 'inherit'],
    });
    const [status] = (await once(program, 'exit')) as [number | null];
    if (status !== 0) throw new Error(`the replay ended with ${status}`);
    return performance.now() - begunMs;
  } finally {
    await out.close();
  }
}

const CHECKS = 3;

/** Checks the proof of the first account's statement in a separate process; the median of several runs. */
async function checkedMs(url: string, home: string): Promise<number> {
  const place = await mkdtemp(join(home, 'proof-'));
  const key = join(place, 'key');
  const anchor = join(place, 'anchor');
  const proof = join(place, 'proof');
  await audit(url, 'anchor', '--new-key', key);
  await audit(url, 'anchor', '--key', key, '--out', anchor);
  await audit(url, 'prove', '--user', benchUser(0), '--anchor', anchor, '--out', proof);
  const took = await repeated(CHECKS, async () => {
    const begunMs = performance.now();
    await audit(url, 'check', proof, '--key', `${key}.pub`);
    return performance.now() - begunMs;
  });
  return Math.round(median(took));
}

/** An event makes a little more than one row on average, over all tables. */
async function compared(url: string, rows: number): Promise<number> {
  const events = Math.ceil(rows / 2);
  await loadLedger(url, ACCOUNTS * 10, events, progressReporter('loading, to compare'));
  await project(url, events);
  const found = JSON.parse(await audit(url, 'diff', '--json')) as {
    readonly ok: boolean;
    readonly rows: number;
    readonly seconds: number;
  };
  if (!found.ok || found.rows < rows / 2) throw new Error('the auditor did not read all rows');
  return found.rows / found.seconds;
}

async function project(url: string, all: number): Promise<void> {
  const store = await openPostgresEventStore(url);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  await migrate(pool);
  const writer = new PostgresTableWriter(pool, { name: 'points', version: 1 });
  const tell = progressReporter('projecting, to compare');
  let written = 0;
  for (let after: Position | null = null; ;) {
    const { events, next, atHead } = await store.readAll(after, WRITE_EVENTS);
    if (events.length > 0 && next !== null) await writer.write(after, { events, next });
    tell((written += events.length), all);
    if (atHead || next === null) break;
    after = next;
  }
  await pool.query('vacuum analyze');
  await pool.end();
  await store.close();
}
