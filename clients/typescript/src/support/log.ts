export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Constant text, which can be searched for. */
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Where entries go: `(entry) => logger[entry.level](entry)`. They hold ids, and no bodies and no tokens. */
export type Log = (entry: LogEntry) => void;

export const SILENT: Log = () => undefined;

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
