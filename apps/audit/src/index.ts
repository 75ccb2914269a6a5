// The entry point for the bench, which runs the auditor in its own process. No app may import it.
export { readAuditSettings } from './commands/settings.js';
export { runAudit } from './program.js';
export { threadWorkerPool } from './verify/worker-pool.js';
