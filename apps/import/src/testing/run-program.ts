import { Writable } from 'node:stream';
import { runImport } from '../program.js';

/** What a command line printed, and its exit status. */
export interface ProgramRun {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

class MemoryWritable extends Writable {
  text = '';

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

/** Runs the program in this process. `files` has the texts of the files that it may read. */
export async function runProgram(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramRun> {
  const [out, err] = [new MemoryWritable(), new MemoryWritable()];
  const status = await runImport(args, {
    env,
    terminal: { out, err },
    readFile: (path) => {
      const text = files[path];
      if (text !== undefined) return text;
      throw new Error(`there is no ${path}`);
    },
  });
  return { status, out: out.text, err: err.text };
}
