import { spawn, type ChildProcess } from 'node:child_process';
import { resolve as resolvePath } from 'node:path';
import { createInterface } from 'node:readline';
import { findBinaries } from './embedded-postgres/binaries.js';
import { placeOfData, prepareData } from './embedded-postgres/data-dir.js';
import { claim, clearLeftovers } from './embedded-postgres/lock-file.js';
import { PostgresStartError } from './embedded-postgres/start-error.js';
import { postgresUser, type PostgresUser } from './embedded-postgres/user.js';
import { endOf } from './child-process.js';
import { guardServer } from './guard.js';
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
  /** Hears each line that the server logs. */
  readonly log?: (line: string) => void;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the data is: not where it was asked for if the server could not reach that. */
  readonly dataDir: string;
  /** Settles when the server has ended, and says how that came. */
  readonly ended: Promise<string>;
  /** Rolls back what runs, writes everything down, and ends. */
  stop(): Promise<void>;
  /** As a power cut would: for tests. */
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

const START_MS_MAX = 120_000;
const STOP_MS_MAX = 30_000;
const LOG_LINES_MAX = 40;
const LINE_CHARACTERS_MAX = 1_000;
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
  const server = await launch({ ...options, program: binaries.postgres, dataDir, flags, user });
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

/** Stops a server on this directory whose owner was killed; throws when its owner lives. */
export async function stopLeftoverPostgres(
  dataDir: string,
  say: (line: string) => void,
): Promise<void> {
  const place = await placeOfData(resolvePath(dataDir), await postgresUser(), () => undefined);
  await clearLeftovers(place, say);
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
  readonly ended: Promise<string>;
}

interface Launch extends Pick<EmbeddedPostgresOptions, 'log' | 'signal'> {
  readonly program: string;
  readonly dataDir: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly user: PostgresUser | null;
}

async function launch(options: Launch): Promise<Server> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await launchOnce(options);
    if (outcome.kind === 'ready') return outcome.server;
    const log = outcome.log.join('\n');
    if (/Address already in use/.test(log)) throw portTaken(Number(options.flags['port']));
    const isGivenUp = options.signal?.aborted === true;
    if (!STILL_THERE.test(log) || tries === STARTS_MAX || isGivenUp) {
      throw new PostgresStartError(`Postgres ended before it was ready. It said:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_STARTS_MS));
  }
}

type Launched =
  | { readonly kind: 'ready'; readonly server: Server }
  | { readonly kind: 'ended'; readonly log: readonly string[] };

function launchOnce({
  program,
  dataDir,
  flags,
  user,
  log: hear,
  signal,
}: Launch): Promise<Launched> {
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
  signal?.addEventListener('abort', interrupt, { once: true });
  const guard = child.pid === undefined ? null : guardServer(child.pid, 'INT');
  const ended = endOf(child).then((how) => {
    guard?.dismiss();
    process.removeListener('exit', interrupt);
    signal?.removeEventListener('abort', interrupt);
    return reasonAmong(log, how);
  });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      log.push(`not ready after ${START_MS_MAX} ms`);
      child.kill('SIGQUIT');
    }, START_MS_MAX);
    child.once('error', reject);
    // There is no pipe when there were no file descriptors left for one.
    if (!child.stderr) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      hear?.(line);
      log.push(line.slice(0, LINE_CHARACTERS_MAX));
      if (log.length > LOG_LINES_MAX) log.shift();
      if (!line.includes(READY)) return;
      clearTimeout(late);
      signal?.removeEventListener('abort', interrupt);
      resolve({ kind: 'ready', server: { child, ended } });
    });
    void ended.then(() => {
      clearTimeout(late);
      resolve({ kind: 'ended', log });
    });
  });
}

/** How it ended, and what it said last that was worse than a warning. */
function reasonAmong(log: readonly string[], how: string): string {
  const said = log.findLast((line) => /\b(?:PANIC|FATAL): /.test(line));
  if (said === undefined || !how.startsWith('exit code')) return how;
  return `${how}, ${said.replace(/^.*?\b(?:PANIC|FATAL): +/, '')}`;
}

async function stop({ child, ended }: Server): Promise<void> {
  child.kill('SIGCONT');
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGQUIT'), STOP_MS_MAX);
  await ended;
  clearTimeout(late);
}
