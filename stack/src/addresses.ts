import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { projectRoot, runCommand } from '#embedded';
import type { Servers } from './servers.js';
import type { StackSettings } from './settings.js';
import { keptSecret } from './tokens.js';

/** Who logs in to the databases: the names that `npm run migrate` knows. */
export const LOGINS = ['api', 'intake', 'sweeper', 'projector', 'auditor'] as const;
export type Login = (typeof LOGINS)[number];

export interface Addresses {
  readonly database: string;
  readonly eventStore: string;
}

/** What each process is told of the databases, and what the role is told that owns them. */
export interface LedgerAddresses {
  readonly of: Readonly<Record<Login, Addresses>>;
  /** null: nobody named it. */
  readonly migration: string | null;
}

/** Why the ledger's schemas are not there. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';
}

const MIGRATE_MS_MAX = 120_000;
const PREFIX = 'points_';

/**
 * Brings the databases up to date. On the stack's own Postgres every process gets a login that owns
 * nothing, by a password that is made of a secret of this stack; one that was named is used as it is.
 */
export async function prepareLedger(
  settings: StackSettings,
  servers: Servers,
  signal: AbortSignal,
): Promise<LedgerAddresses> {
  const { databaseUrl, migrationUrl } = settings;
  if (databaseUrl !== undefined) {
    if (migrationUrl !== undefined) await migrate({ MIGRATION_URL: migrationUrl }, signal);
    const named = { database: servers.databaseUrl, eventStore: servers.eventStore };
    return { of: forAll(() => named), migration: migrationUrl ?? null };
  }
  const secret = await keptSecret(settings.dataDir, 'database-secret');
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
    return { database: url.href, eventStore: settings.eventStore ?? url.href };
  });
  return { of, migration: servers.databaseUrl };
}

const forAll = (addresses: (login: Login) => Addresses): LedgerAddresses['of'] =>
  Object.fromEntries(LOGINS.map((login) => [login, addresses(login)])) as LedgerAddresses['of'];

async function migrate(env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
  const entry = join(projectRoot(), 'dist', 'apps', 'migrate', 'src', 'main.js');
  const defaults = { EVENT_STORE_MIGRATION_URL: '', LOGIN_PASSWORDS: '', LOGIN_PREFIX: PREFIX };
  const end = await runCommand(process.execPath, ['--enable-source-maps', entry], {
    msMax: MIGRATE_MS_MAX,
    signal,
    env: { ...process.env, ...defaults, ...env },
  });
  if (end.kind === 'ended' && end.code === 0) return;
  const said = end.kind === 'ended' ? end.output.trim() : 'Node is missing';
  throw new MigrationFailed(`The databases could not be brought up to date. It said:\n${said}`);
}
