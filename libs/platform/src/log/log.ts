import { writeSync } from 'node:fs';
import { types } from 'node:util';
import { pino, type DestinationStream, type LogFn, type Logger } from 'pino';
import { summarizeError, rootCauseMessage } from './error-summary.js';
import { LossyWriter } from './lossy-writer.js';
import { isExternalError } from './external-errors.js';
import { RepeatedErrors } from './repeated-errors.js';

export type Log = Logger;

export interface LogOptions {
  /** The process: intake, api, … */
  readonly app: string;
  readonly level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** Matches whole addresses of stores, and in any other URL what precedes the @, within JSON text. */
const CONNECTION_STRINGS =
  /\b(?:postgres(?:ql)?|esdb|eventstoredb|kurrentdb)(?:\+\w+)?:\/\/[^\s"'\\]*/gi;
const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s"'\\/@]*@/gi;

const { warn: WARN, fatal: FATAL } = pino.levels.values as Readonly<Record<string, number>>;

/** Writes one JSON object per line: a constant `msg`, and variable data in fields. */
export function createLog({ app, level = 'info', destination }: LogOptions): Log {
  const repeated = new RepeatedErrors((summary) => log.warn(summary, 'errors repeated'));
  const log: Log = pino(
    {
      level,
      base: { app, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // `logMethod` has serialized it: pino would add the stacks of all causes.
      serializers: { err: (err: unknown) => err },
      redact: {
        paths: [
          'password',
          '*.password',
          'authorization',
          '*.authorization',
          '*.headers.authorization',
        ],
        censor: '[removed]',
      },
      // Messages of libraries' errors contain addresses, so secrets can't be redacted by field names.
      hooks: {
        streamWrite: redactSecrets,
        logMethod(args, write, lineLevel) {
          const line = formatEntry(args, lineLevel, this.isLevelEnabled('debug') ? null : repeated);
          if (line !== null) write.apply(this, line as Parameters<LogFn>);
        },
      },
    },
    destination ?? standardOutput(app),
  );
  return log;
}

/**
 * Prepares a line that contains an error. External errors are written without a stack, and warnings
 * about the same one only once. At debug level (`repeated` is null) everything is written. Returns
 * null for a line that is left out.
 */
function formatEntry(
  args: readonly unknown[],
  level: number,
  repeated: RepeatedErrors | null,
): readonly unknown[] | null {
  const [fields, message, ...rest] = args as [Readonly<Record<string, unknown>> | null, unknown];
  const error = typeof fields === 'object' ? fields?.['err'] : undefined;
  if (!types.isNativeError(error)) return args;
  const isOutside = isExternalError(error);
  if (repeated !== null && isOutside && level === WARN) {
    if (!repeated.isNew(rootCauseMessage(error), String(message))) return null;
  }
  const withStack = repeated === null || !isOutside || level === FATAL;
  return [{ ...fields, err: summarizeError(error, withStack) }, message, ...rest];
}

let lostLines = 0;

/** Log lines that this process failed to write since it started. */
export const lostLogLines = (): number => lostLines;

const STANDARD_OUTPUT = 1;

/** pino's own destination throws at the caller when the disk is full, and writes nothing after an EPIPE. */
function standardOutput(app: string): DestinationStream {
  return new LossyWriter(
    (bytes) => writeSync(STANDARD_OUTPUT, bytes),
    (lines, reason) =>
      JSON.stringify({
        level: 'warn',
        time: new Date().toISOString(),
        app,
        pid: process.pid,
        lines,
        reason,
        msg: 'log lines lost',
      }),
    (lines) => (lostLines += lines),
  );
}

export function redactSecrets(text: string): string {
  return text
    .replace(CONNECTION_STRINGS, '[connection string]')
    .replace(CREDENTIALS, '$1[removed]@');
}
