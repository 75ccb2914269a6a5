import type { Terminal } from '#terminal';

/** 0: done, and nothing is left to decide; 1: something needs a decision; 2: it could not be done. */
export type ExitStatus = 0 | 1 | 2;

/** What every command needs from its process. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly readFile: (path: string) => string;
}

/** Turns a command into an action of commander, with its context, and keeps the exit status. */
export type ToAction = <O>(
  run: (context: CommandContext, options: O) => Promise<ExitStatus>,
) => (options: O) => Promise<void>;
