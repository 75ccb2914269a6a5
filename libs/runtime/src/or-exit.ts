import { writeSync } from 'node:fs';
import { ConfigurationError } from './configuration.js';
import { errorSentence } from './error-in-short.js';
import { withoutSecrets } from './log.js';
import { LossyWriter } from './lossy-writer.js';
import { isOutsideTrouble } from './outside-trouble.js';
import { stopWithParent } from './stop-with-parent.js';

const STANDARD_ERROR = 2;

/** Why a process can't start, in sentences that say what to do: no stack would tell more. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}

/** For the last line of a main.ts: a process that can't start says why, and exits with 1. */
export function orExit(started: Promise<void>): void {
  stopWithParent();
  started.catch((error: unknown) => {
    standardError().write(`${withoutSecrets(describe(error))}\n`);
    process.exit(1);
  });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigurationError || error instanceof StartError) return error.message;
  // Whoever runs it starts it again: a server that is away needs no page of stacks each time.
  if (isOutsideTrouble(error)) return `It can not start: ${errorSentence(error)}`;
  return error.stack ?? error.message;
}

/** One that a full disk does not end before it has exited with its own code. */
export const standardError = (): LossyWriter =>
  new LossyWriter(
    (bytes) => writeSync(STANDARD_ERROR, bytes),
    (lines, reason) => `${lines} lines could not be written (${reason})`,
  );
