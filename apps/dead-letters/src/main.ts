import { runDeadLetters } from './program.js';

// `npm run dead-letters -- <command>`.

// A reader that has seen enough, as `head` does, is no trouble of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 2);
});

process.exitCode = await runDeadLetters(process.argv.slice(2), {
  env: process.env,
  terminal: { out: process.stdout, err: process.stderr },
});
