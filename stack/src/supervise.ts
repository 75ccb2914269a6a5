import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { LogFile } from './log-file.js';

export interface ChildOptions {
  readonly name: string;
  /** A module that Node runs. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Says by an answer of 200 that the process is ready. */
  readonly readyUrl: string;
  readonly say: (line: string) => void;
  readonly limits?: Partial<ChildLimits>;
}

export interface ChildLimits {
  readonly readyMsMax: number;
  readonly stopMsMax: number;
  readonly backOffMsMin: number;
  readonly backOffMsMax: number;
  /** A process that lived this long was well: the next back-off begins anew. */
  readonly wellMs: number;
}

const LIMITS: ChildLimits = {
  readyMsMax: 60_000,
  stopMsMax: 12_000,
  backOffMsMin: 500,
  backOffMsMax: 30_000,
  wellMs: 60_000,
};
/**
 * As in the Dockerfile. What is under way in an app lives for some hundred milliseconds: in V8's usual
 * 16 MB of young objects it is copied several times before it is done with.
 */
const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=128'];
const LOOK_AGAIN_MS = 100;
const LAST_WORDS_CHARACTERS = 2_000;

/** A child process that did not come up. */
export class ChildNotReady extends Error {
  override readonly name = 'ChildNotReady';
}

/** Keeps one process running: one that dies is named, and started again with back-off. */
export class SupervisedChild {
  readonly #limits: ChildLimits;
  readonly #log: LogFile;
  readonly #stopped = new AbortController();
  #child: ChildProcess | null = null;
  #running: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;
  #lastWords = '';
  #deaths = 0;

  constructor(private readonly options: ChildOptions) {
    this.#limits = { ...LIMITS, ...options.limits };
    this.#log = new LogFile(options.logPath);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it is ready for the first time; before that, a death is not forgiven. */
  async start(): Promise<void> {
    const { name, logPath } = this.options;
    this.#running = this.#keepRunning();
    const until = Date.now() + this.#limits.readyMsMax;
    while (!(await this.#isReady())) {
      if (this.#deaths > 0) {
        throw new ChildNotReady(
          `${name} ended while it started. It said:\n${this.#lastWords.trim()}\nAll of it is in ${logPath}.`,
        );
      }
      if (Date.now() > until) {
        throw new ChildNotReady(
          `${name} was not ready within ${this.#limits.readyMsMax / 1000} s: read ${logPath}.`,
        );
      }
      await wait(LOOK_AGAIN_MS);
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    this.#stopped.abort();
    this.#child?.kill('SIGTERM');
    this.#child?.kill('SIGCONT');
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), this.#limits.stopMsMax);
    await this.#running;
    clearTimeout(late);
    this.#log.close();
  }

  async #keepRunning(): Promise<void> {
    const { name, say } = this.options;
    const { backOffMsMin, backOffMsMax, wellMs } = this.#limits;
    const { signal } = this.#stopped;
    let backOffMs = backOffMsMin;
    while (!signal.aborted) {
      const startedAt = Date.now();
      const end = await this.#runOnce();
      if (signal.aborted) return;
      this.#deaths += 1;
      if (Date.now() - startedAt > wellMs) backOffMs = backOffMsMin;
      say(`${name} ended (${end}); it is started again in ${backOffMs} ms`);
      await wait(backOffMs, undefined, { signal }).catch(() => undefined);
      backOffMs = Math.min(backOffMs * 2, backOffMsMax);
    }
  }

  /** In a process group of its own: Ctrl-C is for the stack, which stops all in their order. */
  #runOnce(): Promise<string> {
    const { entry, env } = this.options;
    const child = spawn(process.execPath, [...NODE_FLAGS, entry], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.#child = child;
    const hear = (chunk: Buffer): void => {
      this.#log.write(chunk);
      this.#lastWords = (this.#lastWords + chunk.toString('utf8')).slice(-LAST_WORDS_CHARACTERS);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }

  async #isReady(): Promise<boolean> {
    try {
      const response = await fetch(this.options.readyUrl, { signal: AbortSignal.timeout(2_000) });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}
