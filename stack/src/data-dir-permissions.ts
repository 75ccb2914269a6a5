import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from '#embedded';

/** The entries of a data directory that a stack creates and `npm run reset` deletes. */
export const STACK_ENTRIES = [
  'postgres',
  'kafka',
  'logs',
  'jwt-secret',
  'cursor-secret',
  'sender-secret',
  'snapshot-secret',
  'database-secret',
  'demo-seeded',
] as const;

/** Other entries of a data directory. */
const OTHER_ENTRIES = ['running', 'ready.json', 'kafka-jars', '.postgres.unfinished'];
const OWNER_ONLY = 0o700;
/** When root runs the stack, Postgres runs as another user, which must be able to reach its own folder. */
const OWNER_AND_TRAVERSAL = 0o711;

/**
 * Creates the data directory if it does not exist, and removes permissions of other users that an
 * earlier version left on tokens, keys, logs and the data of the servers. In a directory with other
 * contents only the entries of the stack are restricted. Failures are reported and do not stop the
 * stack.
 */
export async function restrictDataDir(
  dataDir: string,
  report: (line: string) => void,
  isRoot = process.getuid?.() === 0,
): Promise<void> {
  const mode = isRoot ? OWNER_AND_TRAVERSAL : OWNER_ONLY;
  const reportFailure = async (path: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      report(`${path} could not be restricted to its owner: ${reason}`);
    }
  };
  await reportFailure(dataDir, async () => {
    const created = await mkdir(dataDir, { recursive: true, mode });
    if (created === undefined) await restrictIfOurs(dataDir, mode);
  });
  for (const name of ['logs', 'kafka']) {
    const folder = join(dataDir, name);
    await reportFailure(folder, () => mkdir(folder, { recursive: true, mode: OWNER_ONLY }));
  }
  for (const name of [...STACK_ENTRIES, ...OTHER_ENTRIES].filter((one) => one !== 'kafka-jars')) {
    const path = join(dataDir, name);
    await reportFailure(path, () => restrict(path, OWNER_ONLY));
  }
}

async function restrictIfOurs(dataDir: string, mode: number): Promise<void> {
  const known: readonly string[] = [...STACK_ENTRIES, ...OTHER_ENTRIES];
  const names = await readdir(dataDir);
  if (names.every((name) => known.includes(name.replace(/\.unfinished$/, '')))) {
    await restrict(dataDir, mode);
  }
}

/** Removes permissions only, and never adds one. */
async function restrict(path: string, mode: number): Promise<void> {
  const stats = await stat(path).catch(ifMissing(null));
  if (stats === null || (stats.mode & 0o777 & ~mode) === 0) return;
  await chmod(path, stats.mode & 0o777 & mode);
}
