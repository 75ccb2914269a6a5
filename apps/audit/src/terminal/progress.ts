import type { Terminal } from './terminal.js';
import { grouped } from './table.js';

const TELL_EVERY_MS = 500;
/** Where lines can't be written over. */
const TELL_EVERY_MS_IN_A_LOG = 5_000;

/** Tells on stderr how far long work is, how fast, and how long it will still take. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #what: string;
  readonly #begunMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #all: number | null = null;
  #told = false;

  constructor(
    terminal: Terminal,
    what: string,
    private readonly done: () => number,
  ) {
    this.#terminal = terminal;
    this.#what = what;
    const everyMs = terminal.err.isTTY === true ? TELL_EVERY_MS : TELL_EVERY_MS_IN_A_LOG;
    this.#timer = setInterval(() => this.#tell(), everyMs);
    this.#timer.unref();
  }

  /** How many there will be; null: not known. */
  of(all: number | null): void {
    this.#all = all;
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#told && this.#terminal.err.isTTY === true) this.#terminal.err.write('\r\x1b[K');
  }

  #tell(): void {
    const seconds = (performance.now() - this.#begunMs) / 1000;
    const line = progressLine(this.#what, this.done(), this.#all, seconds);
    this.#told = true;
    const isTty = this.#terminal.err.isTTY === true;
    this.#terminal.err.write(isTty ? `\r\x1b[K${line}` : `${line}\n`);
  }
}

export function progressLine(
  what: string,
  done: number,
  all: number | null,
  seconds: number,
): string {
  const rate = seconds > 0 ? Math.round(done / seconds) : 0;
  const parts = [`${grouped(done)}${all === null ? '' : ` of ${grouped(all)}`} ${what}`];
  parts.push(`${grouped(rate)}/s`);
  if (all !== null && rate > 0) {
    parts.push(`${grouped(Math.max(0, Math.ceil((all - done) / rate)))} s left`);
  }
  return parts.join(', ');
}
