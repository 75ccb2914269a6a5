import { runAudit } from './program.js';
import { readAuditSettings } from './commands/settings.js';
import { CannotCheckError } from './store/errors.js';
import { threadWorkerPool } from './verify/worker-pool.js';

// `npm run audit -- <command>`.

function settings() {
  try {
    return readAuditSettings(process.env);
  } catch (error) {
    if (!(error instanceof CannotCheckError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

// A reader that stops early, as `head` does, is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`the output can't be written: ${error.message}\n`);
  process.exit(2);
});

// Progress and warnings may be lost, as on a full disk, without stopping the check.
process.stderr.on('error', () => undefined);

process.exitCode = await runAudit(process.argv.slice(2), {
  settings: settings(),
  terminal: { out: process.stdout, err: process.stderr },
  now: () => new Date().toISOString(),
  openWorkerPool: (options) => threadWorkerPool(options),
});
