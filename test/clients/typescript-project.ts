import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'clients/typescript');
const RUN_MS_MAX = 3 * 60_000;

/** The client for TypeScript as it is published: built, packed, and installed from that file. */
export class PackedClient {
  readonly #folder = mkdtempSync(join(tmpdir(), 'points-ledger-package-'));
  #archive = '';

  async pack(): Promise<void> {
    const folder = join(this.#folder, 'package');
    mkdirSync(folder);
    await compile(SOURCE, ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')]);
    for (const file of ['package.json', 'README.md']) {
      cpSync(join(SOURCE, file), join(folder, file));
    }
    const [name = ''] = (await run('npm', ['pack', '--ignore-scripts', '--silent'], folder)).split(
      '\n',
    );
    this.#archive = join(folder, name);
  }

  /** A folder with the files that are copied there, the client, and what else it names of this repository. */
  async project(
    name: string,
    files: Readonly<Record<string, string>>,
    modules: readonly string[],
  ): Promise<TypescriptProject> {
    const folder = join(this.#folder, name);
    mkdirSync(folder);
    const archive = join(folder, 'client.tgz');
    cpSync(this.#archive, archive);
    // Its dependencies are those of the repository, so that nothing is fetched.
    const args = ['install', '--offline', '--no-save', '--no-package-lock', '--ignore-scripts'];
    await run('npm', [...args, '--silent', archive], folder);
    for (const [to, from] of Object.entries(files)) {
      cpSync(join(ROOT, from), join(folder, to), { recursive: true });
    }
    for (const module of modules) {
      const link = join(folder, 'node_modules', module);
      mkdirSync(dirname(link), { recursive: true });
      if (!existsSync(link)) symlinkSync(join(ROOT, 'node_modules', module), link);
    }
    return new TypescriptProject(folder);
  }

  /** What `typedoc` makes of the sources. Any warning is an error. */
  async docs(): Promise<readonly string[]> {
    const out = join(this.#folder, 'docs');
    const typedoc = join(ROOT, 'node_modules/typedoc/bin/typedoc');
    await run(process.execPath, [typedoc, '--out', out, '--treatWarningsAsErrors'], SOURCE);
    return readdirSync(join(out, 'classes'));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

export class TypescriptProject {
  constructor(readonly folder: string) {
    chmodSync(folder, 0o755);
  }

  /** The files of the package that is installed here. */
  get installed(): readonly string[] {
    const client = join(this.folder, 'node_modules/@points-ledger/client');
    return readdirSync(client, { recursive: true, encoding: 'utf8' });
  }

  /** Throws with what the compiler says. */
  async compile(config: string): Promise<void> {
    await compile(this.folder, ['-p', config]);
  }

  /** Runs a program to its own end, and returns what it prints. */
  run(program: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    return run(process.execPath, [program], this.folder, env);
  }
}

const compile = (folder: string, args: readonly string[]): Promise<string> =>
  run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...args], folder);

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd,
      timeout: RUN_MS_MAX,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    });
    return stdout;
  } catch (error) {
    // The compiler says on its standard output what is wrong.
    const { stdout = '', message } = error as Error & { readonly stdout?: string };
    throw new Error(`${message}\n${stdout}`, { cause: error });
  }
}
