import { readFileSync } from 'node:fs';
import { runImport } from './program.js';

// `npm run import -- <command>`.

// A reader that stops early, as `head` does, is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`the output can't be written: ${error.message}\n`);
  process.exit(2);
});

// Progress may be lost, as on a full disk, without stopping the command.
process.stderr.on('error', () => undefined);

process.exitCode = await runImport(process.argv.slice(2), {
  env: process.env,
  terminal: { out: process.stdout, err: process.stderr },
  readFile: (path) => readFileSync(path, 'utf8'),
});
