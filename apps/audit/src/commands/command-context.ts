import type { AuditSettings } from './settings.js';
import type { Language } from '../terminal/labels.js';
import type { Terminal } from '../terminal/terminal.js';
import type { WorkerOptions } from '../verify/worker-pool.js';
import type { EventSource } from '../store/event-source.js';
import type { WorkerPool } from '../verify/jobs.js';

/** 0: all is well; 1: differences were found; 2: it could not be checked. */
export type ExitStatus = 0 | 1 | 2;

/** What every command works with. */
export interface CommandContext {
  readonly settings: AuditSettings;
  readonly terminal: Terminal;
  /** The time of day, ISO-8601. */
  readonly now: () => string;
  /** Who looks at that source: each in a thread opens it anew. */
  readonly openWorkerPool: (settings: WorkerOptions, source: EventSource) => WorkerPool;
}

/** Options that every command takes. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly lang: Language;
}
