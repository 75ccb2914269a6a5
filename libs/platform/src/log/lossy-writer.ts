/** Writes some of the bytes and returns how many, or throws, as `fs.writeSync` does. */
export type WriteSome = (bytes: Uint8Array) => number;

const BUSY_WAITS_MAX = 20;
const BUSY_WAIT_MS = 1;
const NEW_LINE = 10;
const SLEEP_CELL = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes lines, and drops those that can't be written: a full disk or a closed pipe must not end the
 * process that writes a log. Dropped lines are counted and reported as soon as writing succeeds.
 */
export class LossyWriter {
  #lost = 0;
  #reason = '';
  /** The last line was truncated, so the next one begins with a line break. */
  #isCut = false;

  constructor(
    private readonly writeSome: WriteSome,
    /** Makes the line that reports lost ones, without a line break. */
    private readonly lossMessage: (lines: number, reason: string) => string,
    private readonly onLost: (lines: number) => void = () => undefined,
  ) {}

  write(chunk: string | Uint8Array): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (this.#lost > 0 && !this.#writeLossMessage()) return this.#drop(bytes);
    if (!this.#writeAll(bytes)) this.#drop(bytes);
  }

  #writeLossMessage(): boolean {
    const line = `${this.#isCut ? '\n' : ''}${this.lossMessage(this.#lost, this.#reason)}\n`;
    if (!this.#writeAll(Buffer.from(line))) return false;
    this.#lost = 0;
    return true;
  }

  #drop(bytes: Uint8Array): void {
    const lines = Math.max(1, count(bytes, NEW_LINE));
    this.#lost += lines;
    this.onLost(lines);
  }

  #writeAll(bytes: Uint8Array): boolean {
    let waits = 0;
    for (let done = 0; done < bytes.length;) {
      try {
        done += this.writeSome(bytes.subarray(done));
        this.#isCut = done < bytes.length;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? String(error);
        // A pipe with a slow reader accepts more in a moment. Once lines are lost, it is not waited for.
        if (code === 'EAGAIN' && this.#lost === 0 && (waits += 1) <= BUSY_WAITS_MAX) {
          Atomics.wait(SLEEP_CELL, 0, 0, BUSY_WAIT_MS);
          continue;
        }
        this.#reason = code;
        return false;
      }
    }
    return true;
  }
}

function count(bytes: Uint8Array, byte: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) found += 1;
  return found;
}
