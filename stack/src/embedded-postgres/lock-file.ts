import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PostgresStartError } from './start-error.js';

const ORPHAN_STOP_MS_MAX = 30_000;

const lockOf = (dataDir: string) => join(dataDir, 'postmaster.pid');
const ownerOf = (dataDir: string) => join(dataDir, 'points-ledger.owner');

/** So that the next start can tell a server in use from one whose owner was killed. */
export async function claim(dataDir: string): Promise<void> {
  await writeFile(ownerOf(dataDir), String(process.pid));
}

/** Frees a data directory whose last server, or the owner of it, did not end in order. */
export async function clearLeftovers(dataDir: string, say: (line: string) => void): Promise<void> {
  const server = await firstNumber(lockOf(dataDir));
  if (server === null) return;
  if (!isAlive(server) || !(await isPostgres(server))) {
    say(`a lock file of process ${server}, which is gone, was cleared away`);
    await rm(lockOf(dataDir), { force: true });
    return;
  }
  const owner = await firstNumber(ownerOf(dataDir));
  if (owner === null || isAlive(owner)) {
    throw new PostgresStartError(
      `${dataDir} is in use by Postgres process ${server}${owner === null ? '' : `, started by process ${owner}`}: stop that one first, or name another directory.`,
    );
  }
  say(`Postgres process ${server} outlived its owner, process ${owner}: it is stopped`);
  await stopOrphan(server);
}

async function stopOrphan(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  const until = Date.now() + ORPHAN_STOP_MS_MAX;
  while (isAlive(pid)) {
    if (Date.now() > until) {
      throw new PostgresStartError(
        `Postgres process ${pid}, left over from an earlier run, does not stop: end it by hand.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function firstNumber(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  const number = Number.parseInt(text?.split('\n')[0] ?? '', 10);
  return Number.isInteger(number) && number > 0 ? number : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process id is used again; where the system does not tell, it is taken for Postgres. */
async function isPostgres(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (command === '') return process.platform !== 'linux';
  return basename(command.split('\0')[0] ?? '').startsWith('postgres');
}
