import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { retry, type RetryLimits } from '#async';
import { EVENT_READER, EVENT_WRITER } from '#event-store';
import { TABLE_READER, TABLE_WRITER } from '#read-model';

/** The database logins of the processes. Each has the privileges that its process needs and no more. */
export const LOGIN_ROLES = {
  api: [EVENT_WRITER, TABLE_READER],
  intake: [EVENT_WRITER],
  sweeper: [EVENT_WRITER, TABLE_READER],
  projector: [EVENT_READER, TABLE_WRITER],
  auditor: [EVENT_READER, TABLE_READER],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type LoginName = keyof typeof LOGIN_ROLES;

const SCRAM_ITERATIONS = 4_096;
const SALT_BYTES = 16;
/**
 * The error codes when two transactions change one role concurrently: duplicate object, unique
 * violation, and "tuple concurrently updated", which has only the code of internal errors.
 */
const CONCURRENT_CHANGE_CODES: ReadonlySet<string> = new Set(['42710', '23505', 'XX000']);
/** An attempt fails only because another process succeeded, so that further failures are no contention. */
const RETRY_LIMITS: RetryLimits = {
  backoffMsMin: 5,
  backoffMsMax: 500,
  attemptsMax: 100,
  totalMsMax: 30_000,
};

/** Creates the login if it does not exist, sets its password and memberships, and returns its name. */
export async function createLogin(
  client: pg.ClientBase,
  prefix: string,
  login: LoginName,
  password: string,
): Promise<string> {
  const name = `${prefix}${login}`;
  await retry(() => createOrUpdateRole(client, name, login, password), {
    ...RETRY_LIMITS,
    isRetried: isConcurrentChange,
  });
  return name;
}

/** Roles belong to the whole server and locks to one database, so another database may change the same login. */
const isConcurrentChange = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && CONCURRENT_CHANGE_CODES.has(error.code ?? '');

async function createOrUpdateRole(
  client: pg.ClientBase,
  name: string,
  login: LoginName,
  password: string,
): Promise<void> {
  const quoted = pg.escapeIdentifier(name);
  await client.query('begin');
  try {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
    if (rowCount === 0) await client.query(`create role ${quoted} login`);
    // The statement has a verifier and not the password, because the server may log statements.
    const verifier = pg.escapeLiteral(scramVerifier(password));
    await client.query(`alter role ${quoted} login password ${verifier}`);
    for (const role of await existingRoles(client, LOGIN_ROLES[login])) {
      await client.query(`grant ${pg.escapeIdentifier(role)} to ${quoted}`);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** A server that has only the event store has no roles for read tables. */
async function existingRoles(
  client: pg.ClientBase,
  roles: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ rolname: string }>(
    'select rolname from pg_roles where rolname = any($1)',
    [roles],
  );
  return rows.map(({ rolname }) => rolname);
}

/** The verifier that Postgres stores for scram-sha-256 (RFC 5802). */
function scramVerifier(password: string): string {
  const salt = randomBytes(SALT_BYTES);
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(key('Client Key')).digest('base64');
  const server = key('Server Key').toString('base64');
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString('base64')}$${stored}:${server}`;
}
