import { createHmac } from 'node:crypto';
import { runApp } from './run-app.js';
import type { Servers } from './servers.js';
import type { StackConfig } from './stack-config.js';
import { loadOrCreateSecret } from './tokens.js';

/** The database logins, by the names that `npm run migrate` knows. */
export const LOGINS = ['api', 'intake', 'sweeper', 'projector', 'auditor'] as const;
export type Login = (typeof LOGINS)[number];

export interface Addresses {
  readonly database: string;
  readonly eventStore: string;
}

/** The connection strings of each process, and of the role that owns the databases. */
export interface LedgerAddresses {
  readonly of: Readonly<Record<Login, Addresses>>;
  /** Null when MIGRATION_URL is not set. */
  readonly migration: string | null;
}

/** The schemas could not be created or updated. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';
}

const MIGRATE_MS_MAX = 120_000;
const PREFIX = 'points_';

/**
 * Brings the databases up to date. On the stack's own Postgres every process gets a login that owns
 * nothing, with a password derived from a secret of this stack. A given DATABASE_URL is used unchanged.
 */
export async function prepareLedger(
  config: StackConfig,
  servers: Servers,
  signal: AbortSignal,
): Promise<LedgerAddresses> {
  const { databaseUrl, migrationUrl } = config;
  if (databaseUrl !== undefined) {
    if (migrationUrl !== undefined) await migrate({ MIGRATION_URL: migrationUrl }, signal);
    const given = { database: servers.databaseUrl, eventStore: servers.eventStore };
    return { of: forAll(() => given), migration: migrationUrl ?? null };
  }
  const secret = await loadOrCreateSecret(config.dataDir, 'database-secret');
  const passwordOf = (login: Login): string =>
    createHmac('sha256', secret).update(login).digest('base64url');
  await migrate(
    {
      MIGRATION_URL: servers.databaseUrl,
      LOGIN_PASSWORDS: LOGINS.map((login) => `${login}:${passwordOf(login)}`).join(','),
    },
    signal,
  );
  const of = forAll((login) => {
    const url = new URL(servers.databaseUrl);
    url.username = `${PREFIX}${login}`;
    url.password = passwordOf(login);
    return { database: url.href, eventStore: config.eventStore ?? url.href };
  });
  return { of, migration: servers.databaseUrl };
}

const forAll = (addresses: (login: Login) => Addresses): LedgerAddresses['of'] =>
  Object.fromEntries(LOGINS.map((login) => [login, addresses(login)])) as LedgerAddresses['of'];

async function migrate(env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
  const defaults = { EVENT_STORE_MIGRATION_URL: '', LOGIN_PASSWORDS: '', LOGIN_PREFIX: PREFIX };
  const output = await runApp('migrate', [], {
    msMax: MIGRATE_MS_MAX,
    signal,
    env: { ...defaults, ...env },
  });
  if (output === null) return;
  throw new MigrationFailed(
    `The databases could not be brought up to date. The output was:\n${output}`,
  );
}
