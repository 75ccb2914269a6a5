import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { EVENT_READER, EVENT_WRITER } from '#event-store';
import { TABLE_READER, TABLE_WRITER } from '#read-model';

/** Who logs in to the databases, each with the rights of what it does and no other. */
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
 * What two who change one role at once are told: duplicate object, unique violation, and "tuple
 * concurrently updated", which has no code but that of internal errors.
 */
const MADE_MEANWHILE: ReadonlySet<string> = new Set(['42710', '23505', 'XX000']);
/** Each time another one was through: so many at once are none that somebody started. */
const TRIES_MAX = 100;

/** Makes the login where there is none, sets its password and what it is a member of. Gives its name. */
export async function createLogin(
  client: pg.ClientBase,
  prefix: string,
  login: LoginName,
  password: string,
): Promise<string> {
  const name = `${prefix}${login}`;
  for (let tries = 1; ; tries += 1) {
    try {
      await tryToMake(client, name, login, password);
      return name;
    } catch (error) {
      if (tries >= TRIES_MAX || !wasMadeMeanwhile(error)) throw error;
    }
  }
}

/** Roles are of the whole server, and locks of one database: another database may have the same login made. */
const wasMadeMeanwhile = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && MADE_MEANWHILE.has(error.code ?? '');

async function tryToMake(
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
    // A verifier and not the password itself: statements may be written to the server's log.
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

/** A server that has events alone knows no roles of read tables. */
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

/** As Postgres stores it for scram-sha-256 (RFC 5802). */
export function scramVerifier(password: string, salt = randomBytes(SALT_BYTES)): string {
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(key('Client Key')).digest('base64');
  const server = key('Server Key').toString('base64');
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString('base64')}$${stored}:${server}`;
}
