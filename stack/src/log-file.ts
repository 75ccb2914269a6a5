import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

const BYTES_MAX = 20 * 1024 * 1024;

/** A log that keeps at most two files: the one being written, and the one before. */
export class LogFile {
  #descriptor: number;
  #bytes: number;

  constructor(readonly path: string) {
    this.#descriptor = openSync(path, 'a');
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  write(chunk: Buffer): void {
    if (this.#bytes + chunk.length > BYTES_MAX) this.#turnOver();
    writeSync(this.#descriptor, chunk);
    this.#bytes += chunk.length;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #turnOver(): void {
    this.close();
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.before`);
    this.#descriptor = openSync(this.path, 'a');
    this.#bytes = 0;
  }
}
