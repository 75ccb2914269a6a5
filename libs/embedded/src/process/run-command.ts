import { spawn } from 'node:child_process';

const OUTPUT_CHARACTERS_MAX = 20_000;

export type CommandEnd =
  | { readonly kind: 'ended'; readonly code: number | null; readonly output: string }
  /** There is no such program. */
  | { readonly kind: 'missing' };

export interface CommandOptions {
  readonly msMax: number;
  /** So long without a word from it. Default: no limit. */
  readonly silenceMsMax?: number;
  /** Kills it, too. */
  readonly signal?: AbortSignal;
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end, with what it said (the last of it); kills it when it takes too long. */
export function runCommand(
  program: string,
  args: readonly string[],
  { msMax, silenceMsMax: silentMsMax, signal, env }: CommandOptions,
): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(env && { env }),
    });
    // Not spawn's own time-out: it stays set, and holds up the process, when there is no such program.
    const kill = (): void => void child.kill('SIGKILL');
    const late = setTimeout(kill, msMax);
    const silent = silentMsMax === undefined ? undefined : setTimeout(kill, silentMsMax);
    if (signal?.aborted === true) kill();
    signal?.addEventListener('abort', kill, { once: true });
    const settle = (): void => {
      clearTimeout(late);
      clearTimeout(silent);
      signal?.removeEventListener('abort', kill);
    };
    const keep = (chunk: Buffer) => {
      silent?.refresh();
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_CHARACTERS_MAX);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle();
      if (error.code === 'ENOENT') resolve({ kind: 'missing' });
      else reject(error);
    });
    child.once('close', (code) => {
      settle();
      resolve({ kind: 'ended', code, output });
    });
  });
}
