import type { CommandContext, ExitStatus } from './command-context.js';

/** Turns commands into actions of commander, with their context, and keeps the exit status. */
export interface CommandActions {
  action<O>(
    run: (cli: CommandContext, options: O) => Promise<ExitStatus>,
  ): (options: O) => Promise<void>;
  /** The same for a command that takes files besides options. */
  actionOnFiles<O>(
    run: (cli: CommandContext, files: readonly string[], options: O) => Promise<ExitStatus>,
  ): (files: string[], options: O) => Promise<void>;
}
