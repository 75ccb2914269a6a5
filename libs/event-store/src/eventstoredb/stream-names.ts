import { META_PREFIX, SYSTEM_PREFIX } from './system-streams.js';

/**
 * The names of the ledger's streams on the server. Several ledgers, or a test run, may share a server
 * under different prefixes. Only the adapter knows the prefix: the hash chain covers the name without
 * it.
 */
export class StreamNames {
  constructor(
    /** The prefix of every name on the server, from the connection string. */
    private readonly serverPrefix: string,
    /** The beginnings of the ledger's own names; empty when they may begin with anything. */
    private readonly prefixes: readonly string[],
  ) {}

  onServer(stream: string): string {
    return this.serverPrefix + stream;
  }

  /** The stream in which the server stores the metadata of a stream. */
  metadataOnServer(stream: string): string {
    return META_PREFIX + this.onServer(stream);
  }

  isOurs(onServer: string): boolean {
    const begins = this.filterPrefixes;
    if (begins.length === 0) return !onServer.startsWith(SYSTEM_PREFIX);
    return begins.some((begin) => onServer.startsWith(begin));
  }

  /** The ledger's name for a stream of the server. */
  ofLedger(onServer: string): string {
    return onServer.slice(this.serverPrefix.length);
  }

  /** The beginnings of all our streams; when there are none, all but the server's own are ours. */
  get filterPrefixes(): readonly string[] {
    const { prefixes, serverPrefix } = this;
    if (prefixes.length === 0) return serverPrefix === '' ? [] : [serverPrefix];
    return prefixes.map((prefix) => serverPrefix + prefix);
  }
}
