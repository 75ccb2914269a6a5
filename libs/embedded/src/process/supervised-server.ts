import { sleep } from '#async';
import { RESTART_BACKOFF, RestartBackoff, type RestartBackoffLimits } from './restart-backoff.js';

export interface RunningServer {
  /** Settles when it has ended, and says how that came. Never rejects. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface ServerOptions<Server extends RunningServer> {
  readonly name: string;
  /** The same server on the same port with the same data, each time. */
  start(signal: AbortSignal): Promise<Server>;
  readonly report: (line: string) => void;
  readonly limits?: Partial<RestartBackoffLimits>;
}

/** Keeps a server running: one that ends is named, and started again with back-off. */
export class SupervisedServer<Server extends RunningServer> {
  readonly #stopped = new AbortController();
  readonly #backOff: RestartBackoff;
  #current: Server | null;
  readonly #running: Promise<void>;

  private constructor(
    private readonly options: ServerOptions<Server>,
    /** The first of them; those after it have the same address. */
    readonly server: Server,
  ) {
    this.#backOff = new RestartBackoff({ ...RESTART_BACKOFF, ...options.limits });
    this.#current = server;
    this.#running = this.#keepRunning(server);
  }

  /** Rejects when it does not come up the first time: then somebody has to look. */
  static async start<Server extends RunningServer>(
    options: ServerOptions<Server>,
    signal: AbortSignal,
  ): Promise<SupervisedServer<Server>> {
    return new SupervisedServer(options, await options.start(signal));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#current?.stop();
    await this.#running;
  }

  async #keepRunning(first: Server): Promise<void> {
    const { name, report } = this.options;
    const { signal } = this.#stopped;
    let server = first;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const how = await server.ended;
      this.#current = null;
      if (signal.aborted) return;
      const waitMs = this.#backOff.afterRunning(performance.now() - startedAt);
      report(`${name} ended (${how}); it is started again in ${waitMs} ms`);
      const next = await this.#startAgain(waitMs);
      if (next === null) return;
      report(`${name} runs again`);
      server = next;
    }
  }

  /** Tries for as long as it takes: the disk has room again, or the port is free. null: we are to stop. */
  async #startAgain(firstWaitMs: number): Promise<Server | null> {
    const { name, report } = this.options;
    const { signal } = this.#stopped;
    for (let waitMs = firstWaitMs; ; waitMs = this.#backOff.afterRunning(0)) {
      await sleep(waitMs, { signal });
      if (signal.aborted) return null;
      try {
        const server = await this.options.start(signal);
        this.#current = server;
        if (!signal.aborted) return server;
        await server.stop();
        return null;
      } catch (error) {
        if (signal.aborted) return null;
        report(`${name} could not be started again and is tried later: ${abbreviated(error)}`);
      }
    }
  }
}

const SHORT_CHARACTERS_MAX = 300;

/** What was said in several lines has its reason last. */
function abbreviated(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n');
  const worst = lines.findLast((line) => /\b(?:PANIC|FATAL): /.test(line));
  const [first = ''] = lines;
  return (worst === undefined ? first : `${first} ${worst}`).slice(0, SHORT_CHARACTERS_MAX);
}
