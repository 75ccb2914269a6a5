import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { findApi } from './api-client.js';
import { runSettingsCommand } from './settings-command.js';

process.exitCode = await runSettingsCommand(process.argv.slice(2), {
  api: findApi,
  readFile: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
  now: () => Date.now(),
  out: (line) => void process.stdout.write(line),
  err: (line) => void process.stderr.write(line),
});
