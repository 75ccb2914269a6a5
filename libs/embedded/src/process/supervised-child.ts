import { spawn, type ChildProcess } from 'node:child_process';
import { pollUntil, sleep } from '#async';
import { exitOf, onOutput } from './child-process.js';
import { LogFile } from './log-file.js';
import { RESTART_BACKOFF, RestartBackoff, type RestartBackoffLimits } from './restart-backoff.js';

export interface ChildOptions {
  readonly name: string;
  /** A module that Node runs. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Says by an answer of 200 that the process is ready. */
  readonly readyUrl: string;
  readonly report: (line: string) => void;
  /** Hears of each process that is started. */
  readonly onStarted?: (pid: number) => void;
  readonly limits?: Partial<ChildLimits>;
}

export interface ChildLimits extends RestartBackoffLimits {
  readonly readyMsMax: number;
  readonly stopMsMax: number;
  /** Before it was ready for the first time: a server it needs may be just starting again. */
  readonly startExitsMax: number;
}

const LIMITS: ChildLimits = {
  ...RESTART_BACKOFF,
  readyMsMax: 60_000,
  stopMsMax: 12_000,
  startExitsMax: 2,
};
/**
 * As in the Dockerfile. What is under way in an app lives for some hundred milliseconds: in V8's usual
 * 16 MB of young objects it is copied several times before it is done with.
 */
const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=128'];
const POLL_INTERVAL_MS = 100;
const REASON_CHARACTERS_MAX = 300;
const OUTPUT_TAIL_CHARACTERS = 2_000;

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
  #outputTail = '';
  #deaths = 0;

  constructor(private readonly options: ChildOptions) {
    this.#limits = { ...LIMITS, ...options.limits };
    this.#log = new LogFile(options.logPath);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it is ready for the first time; rejects when it dies again and again before that. */
  async start(): Promise<void> {
    const { name, logPath } = this.options;
    this.#running = this.#keepRunning();
    const { readyMsMax, startExitsMax } = this.#limits;
    let isReady = false;
    const isReadyOrFailed = async (): Promise<boolean> => {
      isReady = await this.#isReady();
      return isReady || this.#deaths > startExitsMax;
    };
    const isOver = await pollUntil(isReadyOrFailed, {
      everyMs: POLL_INTERVAL_MS,
      totalMsMax: readyMsMax,
      signal: this.#stopped.signal,
    });
    if (isReady || this.#stopped.signal.aborted) return;
    throw new ChildNotReady(
      isOver
        ? `${name} ended while it started. It said:\n${this.#outputTail.trim()}\nAll of it is in ${logPath}.`
        : `${name} was not ready within ${readyMsMax / 1000} s: read ${logPath}.`,
    );
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
    const { name, report } = this.options;
    const { signal } = this.#stopped;
    const backOff = new RestartBackoff(this.#limits);
    while (!signal.aborted) {
      const startedAt = performance.now();
      const end = await this.#runOnce();
      if (signal.aborted) return;
      this.#deaths += 1;
      const waitMs = backOff.afterRunning(performance.now() - startedAt);
      report(`${name} ended (${end}${this.#reason(end)}); it is started again in ${waitMs} ms`);
      await sleep(waitMs, { signal });
    }
  }

  /** In a process group of its own: Ctrl-C is for the stack, which stops all in their order. */
  async #runOnce(): Promise<string> {
    const { entry, env, onStarted } = this.options;
    let child: ChildProcess;
    try {
      child = spawn(process.execPath, [...NODE_FLAGS, entry], {
        env: { ...process.env, ...env },
        // The channel closes when this process is gone, and then the app stops by itself.
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        detached: true,
      });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    this.#child = child;
    if (child.pid !== undefined) onStarted?.(child.pid);
    onOutput(child, (chunk) => {
      this.#log.write(chunk);
      this.#outputTail = (this.#outputTail + chunk.toString('utf8')).slice(-OUTPUT_TAIL_CHARACTERS);
    });
    return exitOf(child);
  }

  /** What it said last, where it ended by itself: in a sentence. */
  #reason(end: string): string {
    const line = this.#outputTail.trim().split('\n').at(-1) ?? '';
    if (!/^exit code [1-9]/.test(end) || line === '') return '';
    return `: ${abbreviated(line).slice(0, REASON_CHARACTERS_MAX)}`;
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

/** A line of an app's log is JSON with the error in it; what it says without a log is a sentence. */
function abbreviated(line: string): string {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [msg, err?.message].filter((part) => part !== undefined).join(': ');
  } catch {
    return line;
  }
}
