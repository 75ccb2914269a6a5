const USAGE = `Usage: npm run migrate [-- --dry-run | --finish]

Brings the schemas of the event store and of the read tables up to date, grants the privileges of
the ledger's processes, and creates their logins. It can be run at any time, and again after it
was stopped.

--dry-run                  change nothing, and say what is outstanding: for long work how long it
                           takes about, and how much disk
--finish                   when no older build is running any more: migrate, and remove an index of
                           the events that only older builds read

MIGRATION_URL              the role that owns the ledger, in the database of DATABASE_URL
EVENT_STORE_MIGRATION_URL  the same role on the other server, if EVENT_STORE is another Postgres
LOGIN_PASSWORDS            logins to create, or whose password to change: api:…,intake:…
LOGIN_PREFIX               the prefix of their names (points_)

The local stack (npm start) does this by itself.
`;

export type MigrateMode = 'migrate' | 'dry-run' | 'finish';

export interface UsageAnswer {
  readonly text: string;
  readonly status: 0 | 2;
}

/** What to do by command-line arguments, or the answer to those that are not understood. */
export function usageFor(args: readonly string[]): MigrateMode | UsageAnswer {
  const [arg, ...others] = args;
  if (arg === undefined) return 'migrate';
  if (others.length === 0 && arg === '--dry-run') return 'dry-run';
  if (others.length === 0 && arg === '--finish') return 'finish';
  const isHelp = args.every((arg) => arg === '--help' || arg === '-h' || arg === 'help');
  return isHelp
    ? { text: USAGE, status: 0 }
    : { text: `unknown argument: ${args.join(' ')}\n\n${USAGE}`, status: 2 };
}
