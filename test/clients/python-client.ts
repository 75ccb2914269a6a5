import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT_PYTHON, openPython } from '../foreign/python.mjs';
import { runProgram } from '../foreign/run-program.js';

const ROOT = join(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'clients/python');
const EXAMPLE = join(ROOT, 'examples/fastapi');
const RUN_MS_MAX = 8 * 60_000;

/**
 * The client for Python as a service has it: built, and installed from the wheel into a folder that has
 * nothing else of this repository.
 */
export class PythonClient {
  readonly #folder = mkdtempSync(join(tmpdir(), 'points-ledger-python-'));
  readonly #packages = join(this.#folder, 'packages');
  readonly #python: string;

  constructor() {
    const { python, missing } = openPython(CLIENT_PYTHON);
    if (missing !== undefined) throw new Error(missing);
    this.#python = python;
  }

  async install(): Promise<void> {
    const wheels = join(this.#folder, 'wheels');
    const pip = ['-m', 'pip', '--quiet', '--disable-pip-version-check'];
    const offline = ['--no-index', '--no-deps', '--no-build-isolation'];
    await this.run([...pip, 'wheel', ...offline, '--wheel-dir', wheels, SOURCE]);
    const [wheel = ''] = readdirSync(wheels);
    const into = ['--target', this.#packages, join(wheels, wheel)];
    await this.run([...pip, 'install', '--no-index', '--no-deps', ...into]);
    for (const tests of ['tests', 'tests_postgres', 'tests_stack', 'pyproject.toml']) {
      cpSync(join(SOURCE, tests), join(this.#folder, 'project', tests), { recursive: true });
    }
    cpSync(EXAMPLE, join(this.#folder, 'project/example'), { recursive: true });
    mkdirSync(join(this.#folder, 'docs'));
  }

  /** What pyright says of the package, its tests and the example, by the options in pyproject.toml. */
  async pyright(): Promise<string> {
    const pyright = join(ROOT, 'node_modules/pyright/index.js');
    const args = [pyright, '--project', SOURCE, '--pythonpath', this.#python];
    const { code, stdout, stderr } = await runProgram(process.execPath, args, {
      msMax: RUN_MS_MAX,
      cwd: SOURCE,
    });
    if (code !== 0) throw new Error(`pyright\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Runs Python in the project, and returns what it writes. Throws with its output where it fails. */
  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code, stdout, stderr } = await runProgram(this.#python, args, {
      msMax: RUN_MS_MAX,
      cwd: this.#folder,
      env: { PYTHONPATH: this.#packages, PYTHONDONTWRITEBYTECODE: '1', ...env },
    });
    if (code !== 0) throw new Error(`${args.join(' ')}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Runs the tests of a folder, and returns the line with their counts. */
  async test(folder: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const project = join(this.#folder, 'project');
    const args = ['-m', 'pytest', '-p', 'no:cacheprovider', '--rootdir', project];
    const output = await this.run([...args, join(project, folder)], {
      CONFORMANCE_VECTORS: join(ROOT, 'clients/conformance/vectors.json'),
      FASTAPI_EXAMPLE: join(project, 'example'),
      ...env,
    });
    return output.trim().split('\n').at(-1) ?? '';
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
