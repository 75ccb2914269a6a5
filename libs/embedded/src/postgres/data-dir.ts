import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { writeFileAtomically } from '../process/atomic-file.js';
import type { Binaries } from './binaries.js';
import { PostgresStartError } from './start-error.js';
import { firstClosedFolder, ROOT_DATA_DIR, type PostgresUser } from './user.js';

/** Written last, so a directory that has it is whole. */
const MARKER_FILE = 'points-ledger.json';
const INITDB_MS_MAX = 120_000;

const readIfThere = (path: string) => readFile(path, 'utf8').catch(() => null);

/** Where the data goes: as asked, or, where its user could not reach that, to a place of root's. */
export async function locateDataDir(
  requested: string,
  user: PostgresUser | null,
  report: (line: string) => void,
): Promise<string> {
  const barrier = user === null ? null : await firstClosedFolder(dirname(requested), user);
  if (barrier === null) return requested;
  const folder = join(ROOT_DATA_DIR, requested.replaceAll('/', '_').replace(/^_/, ''));
  report(`the user postgres may not enter ${barrier}: data is kept in ${folder} instead`);
  return folder;
}

/** Makes the database cluster where there is none (`mayLose`: without waiting for the disk). Gives its password. */
export async function prepareData(
  dataDir: string,
  binaries: Binaries,
  user: PostgresUser | null,
  mayLose = false,
): Promise<string> {
  const found = await readdir(dataDir).catch(() => []);
  if (found.length === 0) await initialise(dataDir, binaries, user, mayLose);
  const [mark, version] = await Promise.all([
    readIfThere(join(dataDir, MARKER_FILE)),
    readIfThere(join(dataDir, 'PG_VERSION')),
  ]);
  if (version !== null && version.trim() !== binaries.major) {
    throw new PostgresStartError(
      `${dataDir} holds data of Postgres ${version.trim()}, this is Postgres ${binaries.major}: dump it with the old one and load it into a new directory, or go back.`,
    );
  }
  const password = mark === null ? null : passwordIn(mark);
  if (password === null || version === null) {
    throw new PostgresStartError(
      `${dataDir} is not empty, and is not a whole data directory of ours: move it away, or name another directory.`,
    );
  }
  return password;
}

/** null: it was not written to its end. */
function passwordIn(mark: string): string | null {
  try {
    return (JSON.parse(mark) as { password: string }).password;
  } catch {
    return null;
  }
}

/** Made beside its place and moved there whole: what was interrupted is thrown away next time. */
async function initialise(
  dataDir: string,
  binaries: Binaries,
  user: PostgresUser | null,
  mayLose: boolean,
): Promise<void> {
  const unfinished = join(dirname(dataDir), `.${basename(dataDir)}.unfinished`);
  const passwordFile = `${unfinished}.password`;
  const password = randomBytes(18).toString('base64url');
  const give = async (path: string) => user && chown(path, user.uid, user.gid);
  try {
    await mkdir(dirname(dataDir), { recursive: true });
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    await give(unfinished);
    await rm(passwordFile, { force: true });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await give(passwordFile);
    const flags = [`--pwfile=${passwordFile}`, ...(mayLose ? ['--no-sync'] : [])];
    await runInitdb(unfinished, flags, binaries, user);
    const mark = join(unfinished, MARKER_FILE);
    await writeFileAtomically(mark, JSON.stringify({ password }));
    await give(mark);
    await chmod(unfinished, 0o700);
    await rename(unfinished, dataDir);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function runInitdb(
  dataDir: string,
  moreFlags: readonly string[],
  binaries: Binaries,
  user: PostgresUser | null,
): Promise<void> {
  const flags = ['--auth=scram-sha-256', '--username=postgres', '--encoding=UTF8', '--locale=C'];
  const who = user === null ? {} : { uid: user.uid, gid: user.gid };
  await promisify(execFile)(binaries.initdb, [`--pgdata=${dataDir}`, ...flags, ...moreFlags], {
    ...who,
    cwd: dataDir,
    timeout: INITDB_MS_MAX,
    env: { LC_ALL: 'C' },
  }).catch((cause: unknown) => {
    const stderr = (cause as { stderr?: string }).stderr?.trim() ?? String(cause);
    throw new PostgresStartError(`initdb could not make ${dataDir}: ${stderr}`, { cause });
  });
}
