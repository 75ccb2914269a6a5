import type { Cli, Status } from './command-context.js';

/** Binds commands to what they work with, and keeps the status that the process will end with. */
export interface Registry {
  running<O>(run: (cli: Cli, options: O) => Promise<Status>): (options: O) => Promise<void>;
  /** The same for a command that takes files besides its options. */
  runningOn<O>(
    run: (cli: Cli, files: readonly string[], options: O) => Promise<Status>,
  ): (files: string[], options: O) => Promise<void>;
}
