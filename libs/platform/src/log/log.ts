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

/** Addresses of stores whole, and of anything else what stands before the @. Within JSON text. */
const CONNECTION_STRINGS =
  /\b(?:postgres(?:ql)?|esdb|eventstoredb|kurrentdb)(?:\+\w+)?:\/\/[^\s"'\\]*/gi;
const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s"'\\/@]*@/gi;

const { warn: WARN, fatal: FATAL } = pino.levels.values as Readonly<Record<string, number>>;

/** One JSON object a line: a constant `msg`, and what differs in fields of its own. */
export function createLog({ app, level = 'info', destination }: LogOptions): Log {
  const repeated = new RepeatedErrors((summary) => log.warn(summary, 'trouble repeated'));
  const log: Log = pino(
    {
      level,
      base: { app, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // `logMethod` below has done it: pino's own adds the stacks of all causes.
      serializers: { err: (told: unknown) => told },
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
      // Errors of libraries carry addresses in their messages, under no name one could list.
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
 * How a line with an error is written. A stack says where in a program something went wrong: of
 * trouble that came from outside it says nothing, and is written at debug level alone (`trouble` is
 * null there). Passing trouble is told once. null: it was told already.
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

/** Lines that this process could not write since it started, for its metrics. */
export const lostLogLines = (): number => lostLines;

const STANDARD_OUTPUT = 1;

/** pino's own destination throws into whoever logs when the disk is full, and is silent for ever after EPIPE. */
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
