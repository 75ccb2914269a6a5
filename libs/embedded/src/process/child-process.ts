import type { ChildProcess } from 'node:child_process';

/** Settles when the process has ended, or could not be started, with how that came. Never rejects. */
export function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    // For good: an error that nobody listens for would end this process, too.
    child.on('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/** Both of its outputs. There are none when there were no file descriptors left for them. */
export function onOutput(child: ChildProcess, onChunk: (chunk: Buffer) => void): void {
  for (const output of [child.stdout, child.stderr]) {
    output?.on('data', onChunk);
    // Its end is told by the end of the process.
    output?.on('error', () => undefined);
  }
}
