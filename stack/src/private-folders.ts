import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from '#embedded';

/** What a stack makes in its data directory, and `npm run reset` clears. */
export const MADE = [
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

/** More that may lie there; jars are nobody's secret. */
const BESIDE = ['running', 'ready.json', 'kafka-jars', '.postgres.unfinished'];
const OWNER_ONLY = 0o700;
/** Run by root, Postgres is another user, who has to get through to its own folder, and sees nothing else. */
const PASSING_THROUGH = 0o711;

/**
 * Makes the data directory if there is none, and takes from everybody but its owner what an earlier
 * version left open in it: tokens and keys, logs, and the data of the servers. One that holds other
 * things as well is not the stack's to close: only what the stack made in it is. What can't be made or
 * closed is said, and stops nothing: a full disk has stopped no stack yet.
 */
export async function keepPrivate(
  dataDir: string,
  report: (line: string) => void,
  isRoot = process.getuid?.() === 0,
): Promise<void> {
  const mode = isRoot ? PASSING_THROUGH : OWNER_ONLY;
  const orSay = async (path: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      report(`${path} could not be kept to its owner: ${reason}`);
    }
  };
  await orSay(dataDir, async () => {
    const made = await mkdir(dataDir, { recursive: true, mode });
    if (made === undefined) await closeIfOurs(dataDir, mode);
  });
  for (const name of ['logs', 'kafka']) {
    const folder = join(dataDir, name);
    await orSay(folder, () => mkdir(folder, { recursive: true, mode: OWNER_ONLY }));
  }
  for (const name of [...MADE, ...BESIDE].filter((one) => one !== 'kafka-jars')) {
    const path = join(dataDir, name);
    await orSay(path, () => close(path, OWNER_ONLY));
  }
}

async function closeIfOurs(dataDir: string, mode: number): Promise<void> {
  const known: readonly string[] = [...MADE, ...BESIDE];
  const names = await readdir(dataDir);
  if (names.every((name) => known.includes(name.replace(/\.unfinished$/, '')))) {
    await close(dataDir, mode);
  }
}

/** Only takes rights away: what is closed further stays so. */
async function close(path: string, mode: number): Promise<void> {
  const found = await stat(path).catch(ifMissing(null));
  if (found === null || (found.mode & 0o777 & ~mode) === 0) return;
  await chmod(path, found.mode & 0o777 & mode);
}
