import { once } from 'node:events';
import type { Writable } from 'node:stream';

export interface Terminal {
  readonly out: Writable;
  readonly err: Writable & { readonly isTTY?: boolean };
}

/** Waits where the reader is slower, so that nothing piles up. */
export async function print({ out }: Terminal, text: string): Promise<void> {
  if (!out.write(text)) await once(out, 'drain');
}

const TELL_EVERY_MS = 500;
/** Where lines can't be written over. */
const TELL_EVERY_MS_IN_A_LOG = 5_000;

/** Tells on stderr how far long work is. */
export class Progress {
  readonly #timer: NodeJS.Timeout;
  #hasTold = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly said: () => string,
  ) {
    const everyMs = terminal.err.isTTY === true ? TELL_EVERY_MS : TELL_EVERY_MS_IN_A_LOG;
    this.#timer = setInterval(() => this.#tell(), everyMs);
    this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#hasTold && this.terminal.err.isTTY === true) this.terminal.err.write('\r\x1b[K');
  }

  #tell(): void {
    this.#hasTold = true;
    const isTty = this.terminal.err.isTTY === true;
    this.terminal.err.write(isTty ? `\r\x1b[K${this.said()}` : `${this.said()}\n`);
  }
}
