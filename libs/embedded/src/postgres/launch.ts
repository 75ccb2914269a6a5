import { spawn, type ChildProcess } from 'node:child_process';
import { RetryBudget } from '#async';
import { createInterface } from 'node:readline';
import { exitOf } from '../process/child-process.js';
import { guardServer } from '../process/guard.js';
import { PostgresStartError } from './start-error.js';
import type { PostgresUser } from './user.js';

const START_MS_MAX = 120_000;
const STOP_MS_MAX = 30_000;
const LOG_LINES_MAX = 40;
const LINE_CHARACTERS_MAX = 1_000;
const START_RETRY = {
  backoffMsMin: 100,
  backoffMsMax: 500,
  attemptsMax: 20,
  totalMsMax: 30_000,
};
const READY = 'database system is ready to accept connections';
/** Workers of a server that was killed need a moment to notice. */
const PREVIOUS_SERVER_STILL_STOPPING =
  /pre-existing shared memory block|lock file .* already exists/;

export const portTaken = (port: number) =>
  new PostgresStartError(
    `Port ${port} on 127.0.0.1 is taken: stop what listens there, or name another port.`,
  );

export interface Server {
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
}

export interface Launch {
  readonly log?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly program: string;
  readonly dataDir: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly user: PostgresUser | null;
}

/** Settles when it takes connections. */
export async function launch(options: Launch): Promise<Server> {
  const retries = new RetryBudget(START_RETRY, { signal: options.signal });
  for (;;) {
    const outcome = await launchOnce(options);
    if (outcome.kind === 'ready') return outcome.server;
    const log = outcome.log.join('\n');
    if (/Address already in use/.test(log)) throw portTaken(Number(options.flags['port']));
    if (!PREVIOUS_SERVER_STILL_STOPPING.test(log) || !(await retries.waitAfterFailure())) {
      throw new PostgresStartError(`Postgres ended before it was ready. It said:\n${log}`);
    }
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
  log: onLine,
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
  const ended = exitOf(child).then((how) => {
    guard?.dismiss();
    process.removeListener('exit', interrupt);
    signal?.removeEventListener('abort', interrupt);
    return reasonAmong(log, how);
  });
  return new Promise((resolve, reject) => {
    const killTimer = setTimeout(() => {
      log.push(`not ready after ${START_MS_MAX} ms`);
      child.kill('SIGQUIT');
    }, START_MS_MAX);
    child.once('error', reject);
    // There is no pipe when there were no file descriptors left for one.
    if (!child.stderr) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      onLine?.(line);
      log.push(line.slice(0, LINE_CHARACTERS_MAX));
      if (log.length > LOG_LINES_MAX) log.shift();
      if (!line.includes(READY)) return;
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', interrupt);
      resolve({ kind: 'ready', server: { child, ended } });
    });
    void ended.then(() => {
      clearTimeout(killTimer);
      resolve({ kind: 'ended', log });
    });
  });
}

/** How it ended, and what it said last that was worse than a warning. */
function reasonAmong(log: readonly string[], how: string): string {
  const lastError = log.findLast((line) => /\b(?:PANIC|FATAL): /.test(line));
  if (lastError === undefined || !how.startsWith('exit code')) return how;
  return `${how}, ${lastError.replace(/^.*?\b(?:PANIC|FATAL): +/, '')}`;
}

export async function stop({ child, ended }: Server): Promise<void> {
  child.kill('SIGCONT');
  child.kill('SIGINT');
  const killTimer = setTimeout(() => child.kill('SIGQUIT'), STOP_MS_MAX);
  await ended;
  clearTimeout(killTimer);
}
