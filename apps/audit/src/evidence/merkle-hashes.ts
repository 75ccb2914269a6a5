import { hash } from 'node:crypto';

// RFC 6962: leaves and nodes begin with another byte, so that no node can pass for a leaf. Hashes are
// in hex everywhere.
const LEAF = '00';
const NODE = '01';

/** What a tree of no leaves has for a root. */
export const EMPTY_ROOT = hash('sha256', '', 'hex');

export const leafHash = (dataHex: string): string =>
  hash('sha256', Buffer.from(LEAF + dataHex, 'hex'), 'hex');

export const nodeHash = (left: string, right: string): string =>
  hash('sha256', Buffer.from(NODE + left + right, 'hex'), 'hex');

const revisionHex = (revision: number): string => revision.toString(16).padStart(16, '0');

/** An event's leaf holds its chain hash, which covers everything that it says. */
export const eventLeaf = (chainHash: string): string => leafHash(chainHash);

/** An account's leaf: stream, last revision and last hash, each of a fixed length. */
export const accountLeaf = (account: {
  readonly stream: string;
  readonly revision: number;
  readonly hash: string;
}): string =>
  leafHash(hash('sha256', account.stream, 'hex') + revisionHex(account.revision) + account.hash);
