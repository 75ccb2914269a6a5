import { writeSync } from 'node:fs';
import { ConfigurationError } from '../config/configuration.js';
import { errorMessageWithCauses } from '../log/error-summary.js';
import { redactSecrets } from '../log/log.js';
import { LossyWriter } from '../log/lossy-writer.js';
import { isExternalError } from '../log/external-errors.js';
import { stopWithParent } from './stop-with-parent.js';

const STANDARD_ERROR = 2;

/** Why a process can't start, in sentences that say what to do: no stack would tell more. */
export class StartupError extends Error {
  override readonly name: string = 'StartError';
}

/** For the last line of a main.ts: a process that can't start says why, and exits with 1. */
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
  // Whoever runs it starts it again: a server that is away needs no page of stacks each time.
  if (isExternalError(error)) return `It can not start: ${errorMessageWithCauses(error)}`;
  return error.stack ?? error.message;
}

/** One that a full disk does not end before it has exited with its own code. */
export const standardError = (): LossyWriter =>
  new LossyWriter(
    (bytes) => writeSync(STANDARD_ERROR, bytes),
    (lines, reason) => `${lines} lines could not be written (${reason})`,
  );
