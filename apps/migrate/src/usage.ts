const USAGE = `Usage: npm run migrate

Brings the schemas of the event store and of the read tables up to date, grants the privileges of
the ledger's processes, and creates their logins. It can be run at any time.

MIGRATION_URL              the role that owns the ledger, in the database of DATABASE_URL
EVENT_STORE_MIGRATION_URL  the same role on the other server, if EVENT_STORE is another Postgres
LOGIN_PASSWORDS            logins to create, or whose password to change: api:…,intake:…
LOGIN_PREFIX               the prefix of their names (points_)

It takes no arguments. The local stack (npm start) does this by itself.
`;

export interface UsageAnswer {
  readonly text: string;
  readonly status: 0 | 2;
}

/** The answer to command-line arguments, or null when there are none and the migration should run. */
export function usageFor(args: readonly string[]): UsageAnswer | null {
  if (args.length === 0) return null;
  const isHelp = args.every((arg) => arg === '--help' || arg === '-h' || arg === 'help');
  return isHelp
    ? { text: USAGE, status: 0 }
    : { text: `unknown argument: ${args.join(' ')}\n\n${USAGE}`, status: 2 };
}
