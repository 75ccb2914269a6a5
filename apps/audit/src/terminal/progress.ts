import type { Terminal } from './terminal.js';
import { formatNumber } from './table.js';

const REPORT_INTERVAL_MS = 500;
/** Where lines can't be written over. */
const LOG_REPORT_INTERVAL_MS = 5_000;

/** Tells on stderr how far long work is, how fast, and how long it will still take. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #what: string;
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #total: number | null = null;
  #hasReported = false;

  constructor(
    terminal: Terminal,
    what: string,
    private readonly done: () => number,
  ) {
    this.#terminal = terminal;
    this.#what = what;
    const intervalMs = terminal.err.isTTY === true ? REPORT_INTERVAL_MS : LOG_REPORT_INTERVAL_MS;
    this.#timer = setInterval(() => this.#report(), intervalMs);
    this.#timer.unref();
  }

  /** How many there will be; null: not known. */
  setTotal(all: number | null): void {
    this.#total = all;
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#hasReported && this.#terminal.err.isTTY === true)
      this.#terminal.err.write('\r\x1b[K');
  }

  #report(): void {
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const line = progressLine(this.#what, this.done(), this.#total, seconds);
    this.#hasReported = true;
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
  const parts = [`${formatNumber(done)}${all === null ? '' : ` of ${formatNumber(all)}`} ${what}`];
  parts.push(`${formatNumber(rate)}/s`);
  if (all !== null && rate > 0) {
    parts.push(`${formatNumber(Math.max(0, Math.ceil((all - done) / rate)))} s left`);
  }
  return parts.join(', ');
}
