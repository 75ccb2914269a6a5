import { join } from 'node:path';
import { openPython } from '../foreign/python.mjs';
import { runProgram } from '../foreign/run-program.js';

const ROOT = join(import.meta.dirname, '../..');
const RUN_MS_MAX = 60_000;

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
    const address = url.replace(/^postgres(ql)?:/, 'postgresql+psycopg:');
    await this.run('schema.py', address, ...options);
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
