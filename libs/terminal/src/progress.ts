import { formatNumber } from './table.js';
import type { Terminal } from './terminal.js';

const REPORT_INTERVAL_MS = 500;
/** A log gets a new line for each report. */
const LOG_REPORT_INTERVAL_MS = 5_000;

/** Reports on stderr how far long work has come, how fast it is and how long it will still take. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #unit: string;
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #total: number | null = null;
  #hasReported = false;

  constructor(
    terminal: Terminal,
    unit: string,
    private readonly done: () => number,
  ) {
    this.#terminal = terminal;
    this.#unit = unit;
    const intervalMs = this.#isTty ? REPORT_INTERVAL_MS : LOG_REPORT_INTERVAL_MS;
    this.#timer = setInterval(() => this.#report(), intervalMs);
    this.#timer.unref();
  }

  /** null: the total is not known. */
  setTotal(total: number | null): void {
    this.#total = total;
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#hasReported && this.#isTty) this.#terminal.err.write(CLEAR_LINE);
  }

  #report(): void {
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const line = progressLine(this.#unit, this.done(), this.#total, seconds);
    this.#hasReported = true;
    this.#terminal.err.write(this.#isTty ? CLEAR_LINE + line : `${line}\n`);
  }

  get #isTty(): boolean {
    return this.#terminal.err.isTTY === true;
  }
}

const CLEAR_LINE = '\r\x1b[K';

export function progressLine(
  unit: string,
  done: number,
  total: number | null,
  seconds: number,
): string {
  const rate = seconds > 0 ? Math.round(done / seconds) : 0;
  const outOf = total === null ? '' : ` of ${formatNumber(total)}`;
  const line = `${formatNumber(done)}${outOf} ${unit}, ${formatNumber(rate)}/s`;
  if (total === null || rate === 0) return line;
  return `${line}, ${formatNumber(Math.max(0, Math.ceil((total - done) / rate)))} s left`;
}
