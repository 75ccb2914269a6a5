/** What there is to know of a server, in one sentence each. */
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
    /** The ledger will stand still without it, sooner or later. */
    | 'missing'
    /** It works, but the ledger could be damaged. */
    | 'warning'
    /** It can't be known. */
    | 'unknown';
  readonly sentence: string;
}
