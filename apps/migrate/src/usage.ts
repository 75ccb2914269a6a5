const USAGE = `Usage: npm run migrate

Brings the schemas of the event store and of the read tables up to date, grants what the ledger's
processes may do, and makes their logins. It can be run at any time.

MIGRATION_URL              the role that owns the ledger, in the database of DATABASE_URL
EVENT_STORE_MIGRATION_URL  the same where EVENT_STORE is another Postgres
LOGIN_PASSWORDS            logins to make, or to give that password: api:…,intake:…
LOGIN_PREFIX               what their names begin with (points_)

It takes no arguments. The local stack (npm start) does this by itself.
`;

export interface UsageAnswer {
  readonly text: string;
  readonly status: 0 | 2;
}

/** What arguments are answered with. null: there are none, and the work is to be done. */
export function usageFor(args: readonly string[]): UsageAnswer | null {
  if (args.length === 0) return null;
  const isHelp = args.every((arg) => arg === '--help' || arg === '-h' || arg === 'help');
  return isHelp
    ? { text: USAGE, status: 0 }
    : { text: `${args.join(' ')} is unknown here.\n\n${USAGE}`, status: 2 };
}
