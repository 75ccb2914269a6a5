import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { SeededRandom } from '#testing';

const PROGRAM = join(import.meta.dirname, '../../dist/apps/import/src/main.js');

export interface ImporterEnd {
  /** null: it was killed. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** The importer as operators run it: each command line is a process, which can be killed. */
export class ImporterProcesses {
  readonly #running = new Map<ChildProcess, string>();

  constructor(
    private readonly from: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  run(command: string, ...args: readonly string[]): Promise<ImporterEnd> {
    return new Promise((resolve, reject) => {
      const line = [PROGRAM, command, '--from', this.from, ...args];
      const child = spawn(process.execPath, ['--enable-source-maps', ...line], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NODE_OPTIONS: '', ...this.env },
      });
      this.#running.set(child, command);
      let [out, err] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      child.once('error', reject);
      child.once('close', (status) => {
        this.#running.delete(child);
        resolve({ status, out, err });
      });
    });
  }

  /** Kills one of those with that command. False: there is none. */
  kill(command: string, dice: SeededRandom): boolean {
    const found = this.#of(command);
    return found[dice.below(found.length)]?.kill('SIGKILL') ?? false;
  }

  /** As Ctrl-C does. */
  interrupt(command: string): void {
    for (const child of this.#of(command)) child.kill('SIGINT');
  }

  #of(command: string): readonly ChildProcess[] {
    return [...this.#running].flatMap(([child, own]) => (own === command ? child : []));
  }
}
