import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOGINS, type LedgerAddresses } from './addresses.js';
import { projectRoot } from '#embedded';
import { readyFile, readStackConfig } from './stack-config.js';

// `npm run projector -- rebuild` and other commands of apps run on the servers of the running stack,
// unless EVENT_STORE and DATABASE_URL name others. `npm run import -- check` works without a ledger.

interface Ready {
  readonly database: string;
  readonly eventStore: string;
  readonly addresses?: LedgerAddresses;
}

const IMPORT = 'import';

/** The connection strings with the login of the app, and of the role that owns the ledger if it is needed. */
function addresses(app: string): Readonly<Record<string, string>> {
  if (process.env['EVENT_STORE'] && (process.env['DATABASE_URL'] || app === IMPORT)) return {};
  const file = readyFile(readStackConfig(process.env).dataDir);
  try {
    const ready = JSON.parse(readFileSync(file, 'utf8')) as Ready;
    // Accounts are imported by the right to append to their streams.
    const login = app === IMPORT ? 'intake' : LOGINS.find((one) => one === app);
    const { database, eventStore } = (login && ready.addresses?.of[login]) ?? ready;
    const migration = ready.addresses?.migration;
    return {
      EVENT_STORE: eventStore,
      DATABASE_URL: database,
      ...(migration && { MIGRATION_URL: migration }),
    };
  } catch {
    if (app === IMPORT) return {};
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
  env: { ...process.env, ...addresses(app) },
});
process.exitCode = status ?? 1;
