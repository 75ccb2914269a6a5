import { once } from 'node:events';
import type { Writable } from 'node:stream';

export interface Terminal {
  readonly out: Writable;
  readonly err: Writable & { readonly isTTY?: boolean };
}

/** Waits for a slow reader, so that no output piles up in memory. */
export async function print({ out }: Terminal, text: string): Promise<void> {
  if (!out.write(text)) await once(out, 'drain');
}

const TTY_INTERVAL_MS = 500;
/** The interval for an output whose lines can't be overwritten. */
const LOG_INTERVAL_MS = 5_000;

/** Writes the progress of long work to stderr. */
export class Progress {
  readonly #timer: NodeJS.Timeout;
  #hasWritten = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly message: () => string,
  ) {
    const everyMs = terminal.err.isTTY === true ? TTY_INTERVAL_MS : LOG_INTERVAL_MS;
    this.#timer = setInterval(() => this.#write(), everyMs);
    this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#hasWritten && this.terminal.err.isTTY === true) this.terminal.err.write('\r\x1b[K');
  }

  #write(): void {
    this.#hasWritten = true;
    const isTty = this.terminal.err.isTTY === true;
    this.terminal.err.write(isTty ? `\r\x1b[K${this.message()}` : `${this.message()}\n`);
  }
}
