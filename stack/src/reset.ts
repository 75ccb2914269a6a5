import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readyFile, stackSettings } from './settings.js';

// `npm run reset`: clears the data of the local stack, and keeps what was downloaded.

// Just what a stack makes: a DATA_DIR may hold other things, too.
const MADE = [
  'postgres',
  'kafka',
  'logs',
  'jwt-secret',
  'cursor-secret',
  'snapshot-secret',
  'demo-seeded',
];

const { dataDir } = stackSettings(process.env);
if (existsSync(readyFile(dataDir))) {
  process.stderr.write(
    `A stack seems to run on ${dataDir}: stop it first (Ctrl-C where it runs). If none does, remove ${readyFile(dataDir)}.\n`,
  );
  process.exitCode = 1;
} else if (existsSync(dataDir)) {
  for (const name of MADE) await rm(join(dataDir, name), { recursive: true, force: true });
  process.stdout.write(`cleared ${dataDir}\n`);
} else {
  process.stdout.write(`there is nothing in ${dataDir}\n`);
}
