import { ConfigurationError } from './configuration.js';
import { withoutSecrets } from './log.js';

/** For the last line of a main.ts: a process that can't start says why, and exits with 1. */
export function orExit(started: Promise<void>): void {
  started.catch((error: unknown) => {
    const said = error instanceof ConfigurationError ? error.message : describe(error);
    process.stderr.write(`${withoutSecrets(said)}\n`);
    process.exit(1);
  });
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
