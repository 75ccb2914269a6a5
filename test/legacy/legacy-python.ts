import { join } from 'node:path';
import { openPython } from '../foreign/python.mjs';
import { runProgram } from '../foreign/run-program.js';

const ROOT = join(import.meta.dirname, '../..');
const RUN_MS_MAX = 5 * 60_000;

/** What the service that stood before is made of, in a virtual environment of its own. */
export class LegacyPython {
  readonly #python: string;

  constructor() {
    const { python, missing } = openPython({
      cacheDir: join(ROOT, '.data/python-legacy'),
      requirements: join(import.meta.dirname, 'requirements.txt'),
    });
    if (missing !== undefined) throw new Error(missing);
    this.#python = python;
  }

  /** Makes the tables by SQLAlchemy's own DDL of the model, and applies the migration by Alembic. */
  async makeTables(url: string, ...options: readonly string[]): Promise<void> {
    await this.run('schema.py', addressOf(url), ...options);
  }

  /**
   * Writes as the old service does until every account was taken from it. Returns the ids of the rows that
   * stand then, as far as the service knows, by user.
   */
  async write(
    url: string,
    users: readonly string[],
    seed: number,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const printed = await this.run('writer.py', addressOf(url), '--seed', String(seed), ...users);
    const rows = Object.entries(JSON.parse(printed) as Record<string, readonly number[]>);
    return new Map(rows.map(([user, ids]) => [user, ids.map(String)]));
  }

  /** Runs a script of this folder, and returns what it prints. Throws with its output where it fails. */
  async run(script: string, ...args: readonly string[]): Promise<string> {
    const file = join(import.meta.dirname, script);
    const { code, stdout, stderr } = await runProgram(this.#python, [file, ...args], {
      msMax: RUN_MS_MAX,
      env: { PYTHONDONTWRITEBYTECODE: '1' },
    });
    if (code !== 0) throw new Error(`${script} ${args.join(' ')}\n${stdout}\n${stderr}`);
    return stdout;
  }
}

/** SQLAlchemy names its driver. */
export const addressOf = (url: string): string =>
  url.replace(/^postgres(ql)?:/, 'postgresql+psycopg:');
