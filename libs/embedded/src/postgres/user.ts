import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { PostgresStartError } from './start-error.js';

/** Who Postgres runs as where we are root: it refuses to be root itself. */
export interface PostgresUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Where root puts what the user could not reach elsewhere. */
export const ROOT_DATA_DIR = '/var/lib/points-ledger';

const NAME = 'postgres';
const COMMAND_MS_MAX = 10_000;
const run = promisify(execFile);

/** null: we are no root, and Postgres runs as who we are. */
export async function postgresUser(): Promise<PostgresUser | null> {
  if (process.getuid?.() !== 0) return null;
  const known = await find();
  if (known !== null) return known;
  await run('useradd', ['--system', '--user-group', '--no-create-home', NAME], {
    timeout: COMMAND_MS_MAX,
  }).catch((cause: unknown) => {
    throw new PostgresStartError(
      `Postgres refuses to run as root, and the user ${NAME} could not be created: create it, or start as an ordinary user.`,
      { cause },
    );
  });
  const created = await find();
  if (created === null)
    throw new PostgresStartError(`The user ${NAME} was created but is not found.`);
  return created;
}

async function find(): Promise<PostgresUser | null> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => {
        const { stdout } = await run('id', [flag, NAME], { timeout: COMMAND_MS_MAX });
        return Number(stdout);
      }),
    );
    return uid === undefined || gid === undefined ? null : { name: NAME, uid, gid };
  } catch {
    return null;
  }
}

/** The first directory on the way to `path`, and with it, that the user may not enter. */
export async function firstClosedFolder(path: string, user: PostgresUser): Promise<string | null> {
  const way = [path];
  for (let up = dirname(path); up !== way[0]; up = dirname(up)) way.unshift(up);
  for (const directory of way) {
    const found = await stat(directory).catch(() => null);
    if (found !== null && !mayEnter(found, user)) return directory;
  }
  return null;
}

function mayEnter(of: { mode: number; uid: number; gid: number }, user: PostgresUser): boolean {
  if (of.uid === user.uid) return (of.mode & 0o100) !== 0;
  if (of.gid === user.gid) return (of.mode & 0o010) !== 0;
  return (of.mode & 0o001) !== 0;
}
