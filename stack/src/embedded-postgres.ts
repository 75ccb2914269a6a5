import { spawn, type ChildProcess } from 'node:child_process';
import { resolve as resolvePath } from 'node:path';
import { createInterface } from 'node:readline';
import { findBinaries } from './embedded-postgres/binaries.js';
import { placeOfData, prepareData } from './embedded-postgres/data-dir.js';
import { claim, clearLeftovers } from './embedded-postgres/lock-file.js';
import { PostgresStartError } from './embedded-postgres/start-error.js';
import { postgresUser, type PostgresUser } from './embedded-postgres/user.js';
import { freePort, isPortFree } from './ports.js';

export { PostgresStartError } from './embedded-postgres/start-error.js';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** Default: any that is free. */
  readonly port?: number;
  /** Settings of the server, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Hears what somebody should know who wonders where things are. */
  readonly say?: (line: string) => void;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the data is: not where it was asked for if the server could not reach that. */
  readonly dataDir: string;
  /** Settles when the server has ended, however that came. */
  readonly ended: Promise<void>;
  /** Rolls back what runs, writes everything down, and ends. */
  stop(): Promise<void>;
  /** As a power cut would: for tests. */
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

const START_MS_MAX = 120_000;
const STOP_MS_MAX = 30_000;
const LOG_LINES_MAX = 40;
const STARTS_MAX = 20;
const BETWEEN_STARTS_MS = 250;
const READY = 'database system is ready to accept connections';
/** Workers of a server that was killed need a moment to notice. */
const STILL_THERE = /pre-existing shared memory block|lock file .* already exists/;

/** Starts a real Postgres on this machine, with data that outlive it. */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const say = options.say ?? (() => {});
  const user = await postgresUser();
  const binaries = await findBinaries(user, say);
  const dataDir = await placeOfData(resolvePath(options.dataDir), user, say);
  const password = await prepareData(
    dataDir,
    binaries,
    user,
    options.settings?.['fsync'] === 'off',
  );
  await clearLeftovers(dataDir, say);
  const port = options.port ?? (await freePort());
  if (!(await isPortFree(port))) throw portTaken(port);
  await claim(dataDir);
  const flags = { ...USUAL, ...options.settings, ...FIXED, port: String(port) };
  const server = await launch(binaries.postgres, dataDir, flags, user);
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    pid: server.child.pid ?? 0,
    dataDir,
    ended: server.ended,
    stop: () => stop(server),
    kill: (signal) => void server.child.kill(signal),
  };
}

/** A little more than Postgres takes by itself: it was made for smaller machines. */
const USUAL = { shared_buffers: '256MB', max_wal_size: '2GB', wal_buffers: '64MB' };
const FIXED = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };

const portTaken = (port: number) =>
  new PostgresStartError(
    `Port ${port} on 127.0.0.1 is taken: stop what listens there, or name another port.`,
  );

interface Server {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

async function launch(
  program: string,
  dataDir: string,
  flags: Readonly<Record<string, string>>,
  user: PostgresUser | null,
): Promise<Server> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await launchOnce(program, dataDir, flags, user);
    if (outcome.kind === 'ready') return outcome.server;
    const log = outcome.log.join('\n');
    if (/Address already in use/.test(log)) throw portTaken(Number(flags['port']));
    if (!STILL_THERE.test(log) || tries === STARTS_MAX) {
      throw new PostgresStartError(`Postgres ended before it was ready. It said:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_STARTS_MS));
  }
}

type Launched =
  | { readonly kind: 'ready'; readonly server: Server }
  | { readonly kind: 'ended'; readonly log: readonly string[] };

function launchOnce(
  program: string,
  dataDir: string,
  flags: Readonly<Record<string, string>>,
  user: PostgresUser | null,
): Promise<Launched> {
  const settings = Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A process group of its own: Ctrl-C is for the owner, who stops the server last.
  const child = spawn(program, ['-D', dataDir, ...settings], {
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
    cwd: dataDir,
    env: { LC_ALL: 'C' },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log: string[] = [];
  const interrupt = () => void child.kill('SIGINT');
  process.once('exit', interrupt);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      process.removeListener('exit', interrupt);
      resolve();
    });
  });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      log.push(`not ready after ${START_MS_MAX} ms`);
      child.kill('SIGQUIT');
    }, START_MS_MAX);
    child.once('error', reject);
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      if (log.length > LOG_LINES_MAX) log.shift();
      if (!line.includes(READY)) return;
      clearTimeout(late);
      resolve({ kind: 'ready', server: { child, ended } });
    });
    void ended.then(() => {
      clearTimeout(late);
      resolve({ kind: 'ended', log });
    });
  });
}

async function stop({ child, ended }: Server): Promise<void> {
  child.kill('SIGCONT');
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGQUIT'), STOP_MS_MAX);
  await ended;
  clearTimeout(late);
}
