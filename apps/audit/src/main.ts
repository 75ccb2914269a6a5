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

// A reader that has seen enough, as `head` does, is no trouble of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`what was found can't be printed: ${error.message}\n`);
  process.exit(2);
});

// What it says beside its findings must not end it: a log on a full disk, or a reader that is gone.
process.stderr.on('error', () => undefined);

process.exitCode = await runAudit(process.argv.slice(2), {
  settings: settings(),
  terminal: { out: process.stdout, err: process.stderr },
  now: () => new Date().toISOString(),
  openWorkerPool: (options) => threadWorkerPool(options),
});
