import { z } from 'zod';
import { LOGIN_ROLES, type LoginName } from './database-logins.js';

const PASSWORD_CHARS_MIN = 16;
const NAMES = Object.keys(LOGIN_ROLES) as [LoginName, ...LoginName[]];

const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, { error: 'must begin with postgres://' });

export interface RequestedLogin {
  readonly login: LoginName;
  readonly password: string;
}

/** `api:password,intake:password`; a password consists of printable ASCII without commas and spaces. */
const logins = z.string().transform((text, context): readonly RequestedLogin[] => {
  const requested: RequestedLogin[] = [];
  for (const entry of text.split(',').filter((one) => one.trim() !== '')) {
    const [, name = '', password = ''] = /^\s*([a-z]+):([!-~]*)\s*$/.exec(entry) ?? [];
    const login = NAMES.find((known) => known === name);
    if (login === undefined || password.length < PASSWORD_CHARS_MIN) {
      context.addIssue({
        code: 'custom',
        message: `must be a comma-separated list of name:password, with names out of ${NAMES.join(', ')} and passwords of at least ${PASSWORD_CHARS_MIN} characters`,
      });
      return z.NEVER;
    }
    requested.push({ login, password });
  }
  return requested;
});

export const MIGRATE_VARIABLES = z.object({
  /** The role that owns the ledger, in the database of DATABASE_URL. */
  MIGRATION_URL: postgresUrl,
  /** The same role on the other server, if EVENT_STORE is another Postgres. */
  EVENT_STORE_MIGRATION_URL: z.union([z.literal(''), postgresUrl]).default(''),
  LOGIN_PASSWORDS: logins.prefault(''),
  LOGIN_PREFIX: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,40}$/, { error: 'must be lower-case letters, digits and _' })
    .default('points_'),
});

export type MigrateVariables = z.output<typeof MIGRATE_VARIABLES>;
