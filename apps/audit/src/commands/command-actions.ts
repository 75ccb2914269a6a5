import type { CommandContext, ExitStatus } from './command-context.js';

/** Binds commands to what they work with, and keeps the status that the process will end with. */
export interface CommandActions {
  action<O>(
    run: (cli: CommandContext, options: O) => Promise<ExitStatus>,
  ): (options: O) => Promise<void>;
  /** The same for a command that takes files besides its options. */
  actionOnFiles<O>(
    run: (cli: CommandContext, files: readonly string[], options: O) => Promise<ExitStatus>,
  ): (files: string[], options: O) => Promise<void>;
}
