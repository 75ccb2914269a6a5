import { META_PREFIX, SYSTEM_PREFIX } from './system-streams.js';

/**
 * How streams of the ledger are called on the server. Several ledgers, or a test run beside one, may
 * share a server under different prefixes: what is above the adapter, and what the chain of hashes
 * covers, knows only the name behind the prefix.
 */
export class StreamNames {
  constructor(
    /** In front of every name on the server; of the connection string. */
    private readonly serverPrefix: string,
    /** What the ledger's own names begin with; empty: with anything. */
    private readonly prefix: string,
  ) {}

  onServer(stream: string): string {
    return this.serverPrefix + stream;
  }

  /** Where the server keeps what is to be known about a stream. */
  metadataOnServer(stream: string): string {
    return META_PREFIX + this.onServer(stream);
  }

  isOurs(onServer: string): boolean {
    const begin = this.filterPrefix;
    return begin === '' ? !onServer.startsWith(SYSTEM_PREFIX) : onServer.startsWith(begin);
  }

  /** As the ledger knows it. */
  ofLedger(onServer: string): string {
    return onServer.slice(this.serverPrefix.length);
  }

  /** What the names of all streams of ours begin with; empty: the server's own are not. */
  get filterPrefix(): string {
    return this.serverPrefix + this.prefix;
  }
}
