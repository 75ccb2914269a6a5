import { writeSync } from 'node:fs';
import { ConfigurationError } from '../config/configuration.js';
import { errorMessageWithCauses } from '../log/error-summary.js';
import { redactSecrets } from '../log/log.js';
import { LossyWriter } from '../log/lossy-writer.js';
import { isExternalError } from '../log/external-errors.js';
import { stopWithParent } from './stop-with-parent.js';

const STANDARD_ERROR = 2;

/** The process can't start. The message says what to do, so that no stack is needed. */
export class StartupError extends Error {
  override readonly name: string = 'StartupError';
}

/** For the last line of a main.ts: prints why the process can't start, and exits with 1. */
export function exitOnError(started: Promise<void>): void {
  stopWithParent();
  started.catch((error: unknown) => {
    standardError().write(`${redactSecrets(describe(error))}\n`);
    process.exit(1);
  });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigurationError || error instanceof StartupError) return error.message;
  // The supervisor restarts the process: a stack each time would hide the message.
  if (isExternalError(error)) return `Startup failed: ${errorMessageWithCauses(error)}`;
  return error.stack ?? error.message;
}

/** Does not throw on a full disk, so that the process exits with its own code. */
export const standardError = (): LossyWriter =>
  new LossyWriter(
    (bytes) => writeSync(STANDARD_ERROR, bytes),
    (lines, reason) => `${lines} lines could not be written (${reason})`,
  );
