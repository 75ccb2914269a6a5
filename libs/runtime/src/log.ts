import { writeSync } from 'node:fs';
import { pino, type DestinationStream, type Logger } from 'pino';
import { LossyWriter } from './lossy-writer.js';

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

/** One JSON object a line: a constant `msg`, and what differs in fields of its own. */
export function createLog({ app, level = 'info', destination }: LogOptions): Log {
  return pino(
    {
      level,
      base: { app, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
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
      hooks: { streamWrite: withoutSecrets },
    },
    destination ?? standardOutput(app),
  );
}

let lost = 0;

/** Lines that this process could not write since it started, for its metrics. */
export const lostLogLines = (): number => lost;

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
    (lines) => (lost += lines),
  );
}

export function withoutSecrets(text: string): string {
  return text
    .replace(CONNECTION_STRINGS, '[connection string]')
    .replace(CREDENTIALS, '$1[removed]@');
}
