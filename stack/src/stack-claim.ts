import { link, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hasEnded,
  identityOf,
  isRunning,
  type ProcessIdentity,
  signal,
  writeFileAtomically,
} from '#embedded';

/** The reason why this stack does not start, in a sentence that says what to do. */
export class StackClaimError extends Error {
  override readonly name = 'StackClaimError';
}

interface Named extends ProcessIdentity {
  readonly name: string;
}

interface Claim {
  readonly owner: ProcessIdentity;
  /** The processes that would survive if their owner were killed. */
  readonly apps: readonly Named[];
}

/** An app stops by itself when its owner has ended; a graceful shutdown may take this long. */
const APP_STOPS_MS_MAX = 10_000;
const APP_KILL_MS_MAX = 5_000;
const FOLDER = 'running';

/**
 * Ensures that one stack at a time works on a data directory. Each start takes the next number by
 * creating a file that only one of several can create, and removes the earlier files. The file with
 * the highest number stays when a stack ends, and is void because its owner has ended.
 */
export class StackClaim {
  readonly #apps = new Map<string, Named>();
  #written: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly number: number,
    private readonly owner: ProcessIdentity,
  ) {}

  /** Throws when another stack works on the directory. Stops apps that a killed stack left running. */
  static async take(dataDir: string, report: (line: string) => void): Promise<StackClaim> {
    try {
      return await StackClaim.#take(dataDir, report);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (typeof code !== 'string') throw error;
      throw new StackClaimError(
        `The data directory ${dataDir} cannot be written (${code}): make it writable, or set another one in DATA_DIR.`,
        { cause: error },
      );
    }
  }

  static async #take(dataDir: string, report: (line: string) => void): Promise<StackClaim> {
    const folder = join(dataDir, FOLDER);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const owner = await identityOf(process.pid);
    if (owner === null) throw new Error('the identity of this process is unknown');
    for (;;) {
      const numbers = await numbersIn(folder);
      const last = numbers[0] ?? 0;
      const before = await readClaim(folder, last);
      if (before !== null && (await isRunning(before.owner))) throw alreadyRuns(dataDir, before);
      const claim = new StackClaim(folder, last + 1, owner);
      if (!(await claim.#isFirst())) continue;
      for (const number of numbers) {
        await stopApps((await readClaim(folder, number))?.apps ?? [], report);
        await rm(fileOf(folder, number), { force: true });
      }
      return claim;
    }
  }

  /** Records an app, so that the next start finds it if this process is killed. */
  async recordApp(name: string, pid: number): Promise<void> {
    const identity = await identityOf(pid);
    if (identity === null) return;
    this.#apps.set(name, { name, ...identity });
    const write = (): Promise<void> => this.#write(fileOf(this.folder, this.number));
    // Writes are serialised, and continue after one that failed.
    this.#written = this.#written.then(write, write);
    await this.#written;
  }

  /** Returns false when another process took this number or a later one. */
  async #isFirst(): Promise<boolean> {
    const own = fileOf(this.folder, this.number);
    const complete = `${own}.${this.owner.pid}`;
    await this.#write(complete);
    try {
      await link(complete, own);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return false;
    } finally {
      await rm(complete, { force: true });
    }
    const [highest] = await numbersIn(this.folder);
    if (highest === this.number) return true;
    await rm(own, { force: true });
    return false;
  }

  async #write(file: string): Promise<void> {
    const claim: Claim = { owner: this.owner, apps: [...this.#apps.values()] };
    await writeFileAtomically(file, JSON.stringify(claim));
  }
}

/** The pid of the stack that works on this directory, or null. */
export async function runningStack(dataDir: string): Promise<number | null> {
  const folder = join(dataDir, FOLDER);
  const [last] = await numbersIn(folder);
  const claim = last === undefined ? null : await readClaim(folder, last);
  return claim !== null && (await isRunning(claim.owner)) ? claim.owner.pid : null;
}

const fileOf = (folder: string, number: number): string => join(folder, `${number}.json`);

/** The numbers of the claims, highest first. */
async function numbersIn(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .map((name) => Number(/^(\d{1,15})\.json$/.exec(name)?.[1] ?? Number.NaN))
    .filter((number) => !Number.isNaN(number))
    .sort((one, other) => other - one);
}

/** Returns null when the claim does not exist or is incomplete. */
async function readClaim(folder: string, number: number): Promise<Claim | null> {
  const text = await readFile(fileOf(folder, number), 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as Claim;
  } catch {
    return null;
  }
}

/** Stops the apps in the usual order: those that accept work first, and those that show it last. */
async function stopApps(apps: readonly Named[], report: (line: string) => void): Promise<void> {
  for (const app of [...apps].reverse()) {
    if (!(await isRunning(app))) continue;
    report(`${app.name} (process ${app.pid}) outlived a killed stack and is stopped`);
    if (await hasEnded(app, APP_STOPS_MS_MAX)) continue;
    await signal(app, 'SIGKILL');
    if (await hasEnded(app, APP_KILL_MS_MAX)) continue;
    throw new StackClaimError(
      `${app.name} (process ${app.pid}), left over from an earlier run, does not end: kill it manually.`,
    );
  }
}

const alreadyRuns = (dataDir: string, { owner }: Claim): StackClaimError =>
  new StackClaimError(
    `A stack already runs on ${dataDir} (process ${owner.pid}): stop that one first (Ctrl-C where it runs), or set another DATA_DIR.`,
  );
