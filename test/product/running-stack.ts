import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerAddresses } from '../../stack/src/addresses.js';

const root = join(import.meta.dirname, '../..');
const START_MS_MAX = 120_000;

export interface Ready {
  readonly api: string;
  readonly probes: Readonly<Record<string, string>>;
  readonly kafka: string;
  readonly database: string;
  readonly users: readonly [string, string, string, string];
  readonly tokens: Readonly<Record<'user' | 'service' | 'auditor' | 'admin', string>>;
}

/** `npm start` with its own data and ports. */
export class RunningStack {
  readonly dataDir: string;
  #child: ChildProcess | null = null;
  #ended: Promise<number | null> = Promise.resolve(null);
  #said = '';

  /** Run by root, Postgres is another user, which must be able to reach the folder. */
  constructor(dataDir: string = reachableFolder()) {
    this.dataDir = dataDir;
  }

  get said(): string {
    return this.#said;
  }

  /** Resolves when the stack reports that it is ready, or rejects with its output when it ends before. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<Ready> {
    this.#said = '';
    const child = spawn(process.execPath, ['--enable-source-maps', 'dist/stack/src/main.js'], {
      cwd: root,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        DATA_DIR: this.dataDir,
        API_PORT: '0',
        KAFKA_PORT: '0',
        POSTGRES_PORT: '0',
        ...env,
      },
      // The stack stops when the tests are killed.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    const hear = (chunk: Buffer): void => void (this.#said += chunk.toString('utf8'));
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    this.#ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
    const line = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`not ready: ${this.#said}`)), START_MS_MAX);
      const settle = (then: () => void): void => {
        clearTimeout(late);
        clearInterval(looking);
        then();
      };
      const looking = setInterval(() => {
        const found = /^ready (\{.*\})$/m.exec(this.#said)?.[1];
        if (found !== undefined) settle(() => resolve(found));
      }, 50);
      void this.#ended.then(() => settle(() => reject(new Error(`it ended: ${this.#said}`))));
    });
    return JSON.parse(line) as Ready;
  }

  /** The connection strings of each process, from a file that only the owner can read. */
  addresses(): LedgerAddresses {
    const text = readFileSync(join(this.dataDir, 'ready.json'), 'utf8');
    return (JSON.parse(text) as { addresses: LedgerAddresses }).addresses;
  }

  /** Stops it as Ctrl-C does, and returns its exit code. */
  async stop(): Promise<number | null> {
    this.#child?.kill('SIGINT');
    return this.#ended;
  }

  /** Kills the supervisor with a signal that it cannot handle. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function reachableFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'points-ledger-stack-'));
  chmodSync(folder, 0o755);
  return folder;
}
