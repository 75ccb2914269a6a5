import type { AuditSettings } from './settings.js';
import type { Language } from '../terminal/labels.js';
import type { Terminal } from '#terminal';
import type { WorkerOptions } from '../verify/worker-pool.js';
import type { EventSource } from '../store/event-source.js';
import type { WorkerPool } from '../verify/jobs.js';

/** 0: no damage or difference; 1: damage or differences were found; 2: the check could not be made. */
export type ExitStatus = 0 | 1 | 2;

/** What every command needs from its process. */
export interface CommandContext {
  readonly settings: AuditSettings;
  readonly terminal: Terminal;
  /** The current time, ISO 8601. */
  readonly now: () => string;
  /** Opens the workers that check a source. Worker threads open connections of their own. */
  readonly openWorkerPool: (settings: WorkerOptions, source: EventSource) => WorkerPool;
}

/** The output options of every command. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly lang: Language;
}
