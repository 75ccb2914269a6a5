import { createLog, type Log, type LogOptions } from '../log/log.js';

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: string;
  readonly msg: string;
}

/** A log, and what was written into it. */
export function logLines(level: LogOptions['level'] = 'info'): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as LogLine);
  return { log: createLog({ app: 'test', level, destination: { write } }), lines };
}
