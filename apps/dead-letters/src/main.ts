import { runDeadLetters } from './program.js';

// `npm run dead-letters -- <command>`.

// A reader that closes the pipe early, as `head` does, is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 2);
});

process.exitCode = await runDeadLetters(process.argv.slice(2), {
  env: process.env,
  terminal: { out: process.stdout, err: process.stderr },
});
