import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  commandLineOf,
  formatIdentity,
  hasEnded,
  identityOf,
  isRunning,
  parseIdentity,
  signal,
  type ProcessIdentity,
} from '../process/process-identity.js';
import { PostgresStartError } from './start-error.js';

const ORPHAN_STOP_MS_MAX = 30_000;
/** Its helpers see within this time that it was killed. */
const ORPHAN_KILL_MS_MAX = 5_000;

const lockOf = (dataDir: string) => join(dataDir, 'postmaster.pid');
const ownerOf = (dataDir: string) => join(dataDir, 'points-ledger.owner');

/** So that the next start can tell a server in use from one whose owner was killed. */
export async function recordOwner(dataDir: string): Promise<void> {
  const own = await identityOf(process.pid);
  await writeFile(ownerOf(dataDir), own === null ? String(process.pid) : formatIdentity(own));
}

/** Frees a data directory whose last server, or the owner of it, did not end in order. */
export async function clearLeftovers(
  dataDir: string,
  report: (line: string) => void,
): Promise<void> {
  const pid = await lockingPid(dataDir);
  if (pid === null) return;
  const server = await identityOf(pid);
  if (server === null || !(await isPostgresOn(dataDir, pid))) {
    report(`a lock file of process ${pid}, which is gone, was cleared away`);
    if (server !== null) await disown(dataDir);
    return;
  }
  const owner = await ownerAt(dataDir);
  if (owner === null || owner.isRunning) {
    throw new PostgresStartError(
      `${dataDir} is in use by Postgres process ${pid}${owner === null ? '' : `, started by process ${owner.pid}`}: stop that one first, or name another directory.`,
    );
  }
  report(`Postgres process ${pid} outlived its owner, process ${owner.pid}: it is stopped`);
  await stopOrphan(server);
}

async function stopOrphan(server: ProcessIdentity): Promise<void> {
  await signal(server, 'SIGINT');
  // It may have been made to stand still, and would not hear the other signal.
  await signal(server, 'SIGCONT');
  if (await hasEnded(server, ORPHAN_STOP_MS_MAX)) return;
  await signal(server, 'SIGQUIT');
  if (await hasEnded(server, ORPHAN_KILL_MS_MAX)) return;
  throw new PostgresStartError(
    `Postgres process ${server.pid}, left over from an earlier run, does not stop: end it by hand.`,
  );
}

/**
 * Postgres refuses a lock file whose number belongs to any living process, and passes one of its own
 * parent. The file is not removed: its other lines tell Postgres of helpers of the killed server that
 * still write, which it waits for.
 */
async function disown(dataDir: string): Promise<void> {
  const [, ...rest] = (await readFile(lockOf(dataDir), 'utf8')).split('\n');
  await writeFile(lockOf(dataDir), [process.pid, ...rest].join('\n'));
}

async function lockingPid(dataDir: string): Promise<number | null> {
  const text = await readFile(lockOf(dataDir), 'utf8').catch(() => '');
  const number = Number.parseInt(text, 10);
  return number > 0 ? number : null;
}

interface Owner {
  readonly pid: number;
  readonly isRunning: boolean;
}

async function ownerAt(dataDir: string): Promise<Owner | null> {
  const text = await readFile(ownerOf(dataDir), 'utf8').catch(() => '');
  const identity = parseIdentity(text);
  if (identity !== null) return { pid: identity.pid, isRunning: await isRunning(identity) };
  // Written by an earlier version, which kept the number alone.
  const pid = Number.parseInt(text, 10);
  return pid > 0 ? { pid, isRunning: (await identityOf(pid)) !== null } : null;
}

/** Numbers are used again, also by a Postgres that has nothing to do with us. */
async function isPostgresOn(dataDir: string, pid: number): Promise<boolean> {
  const [program = '', ...args] = await commandLineOf(pid);
  return basename(program).startsWith('postgres') && args.join(' ').includes(`-D ${dataDir}`);
}
