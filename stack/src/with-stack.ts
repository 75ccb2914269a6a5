import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './kafka-jars.js';
import { readyFile, stackSettings } from './settings.js';

// `npm run projector -- rebuild`: an app's own commands, on the servers of the stack that runs here
// unless EVENT_STORE and DATABASE_URL name others.

interface Addresses {
  readonly database: string;
  readonly eventStore: string;
}

function addresses(): Readonly<Record<string, string>> {
  if (process.env['EVENT_STORE'] && process.env['DATABASE_URL']) return {};
  const file = readyFile(stackSettings(process.env).dataDir);
  try {
    const ready = JSON.parse(readFileSync(file, 'utf8')) as Addresses;
    return { EVENT_STORE: ready.eventStore, DATABASE_URL: ready.database };
  } catch {
    process.stderr.write(
      'No running stack was found: run `npm start` first, or set EVENT_STORE and DATABASE_URL.\n',
    );
    process.exit(2);
  }
}

const [app = '', ...args] = process.argv.slice(2);
const entry = join(projectRoot(), 'dist', 'apps', app, 'src', 'main.js');
const { status } = spawnSync(process.execPath, ['--enable-source-maps', entry, ...args], {
  stdio: 'inherit',
  env: { ...process.env, ...addresses() },
});
process.exitCode = status ?? 1;
