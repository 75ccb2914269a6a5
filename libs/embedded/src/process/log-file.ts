import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { LossyWriter } from '#platform/process';

const BYTES_MAX = 20 * 1024 * 1024;

/**
 * A log that keeps at most two files: the one being written, and the one before. What can't be
 * written is dropped, and said when it can be: a full disk stops the log and nothing else.
 */
export class LogFile {
  #descriptor: number | null = null;
  #bytes = 0;
  readonly #writer = new LossyWriter(
    (bytes) => this.#writeSome(bytes),
    (lines, reason) => `(${lines} lines are missing here: they could not be written, ${reason})`,
  );

  constructor(
    private readonly path: string,
    private readonly bytesMax = BYTES_MAX,
  ) {}

  write(chunk: string | Uint8Array): void {
    this.#writer.write(chunk);
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #writeSome(bytes: Uint8Array): number {
    this.#descriptor ??= this.#open('a');
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.bytesMax) this.#turnOver();
    const written = writeSync(this.#descriptor, bytes);
    this.#bytes += written;
    return written;
  }

  #open(flags: 'a' | 'w'): number {
    const descriptor = openSync(this.path, flags, 0o600);
    this.#bytes = fstatSync(descriptor).size;
    return descriptor;
  }

  #turnOver(): void {
    this.close();
    try {
      renameSync(this.path, `${this.path}.before`);
      this.#descriptor = this.#open('a');
    } catch {
      // Begun anew without a copy of the old one: a log that can't be moved away must not grow.
      this.#descriptor = this.#open('w');
    }
  }
}
