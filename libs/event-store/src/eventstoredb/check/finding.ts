/**
 * The findings about a server, one sentence each. `npm run esdb -- check --json` prints the sentences, so
 * that their wording is published.
 */
export interface EventStoreDbFinding {
  readonly about:
    | 'connection'
    | 'server'
    | 'tls'
    | 'version'
    | 'read $all'
    | 'read streams'
    | 'read metadata'
    | 'write streams'
    | 'append size'
    | 'others';
  readonly state:
    | 'ok'
    /** The ledger can't work without it in the long run. */
    | 'missing'
    /** It works, but the ledger could be damaged. */
    | 'warning'
    /** It can't be known. */
    | 'unknown';
  readonly sentence: string;
}
