import { hash } from 'node:crypto';

// The hashes of RFC 6962. A leaf and a node begin with different bytes, so that no node can pass for a
// leaf. All hashes are in hex. The auditor has its own Merkle tree, on purpose: it shares no code with
// the program that it checks.
const LEAF = '00';
const NODE = '01';

/** The root of an empty tree. */
export const EMPTY_ROOT = hash('sha256', '', 'hex');

export const leafHash = (dataHex: string): string =>
  hash('sha256', Buffer.from(LEAF + dataHex, 'hex'), 'hex');

export const nodeHash = (left: string, right: string): string =>
  hash('sha256', Buffer.from(NODE + left + right, 'hex'), 'hex');

const revisionHex = (revision: number): string => revision.toString(16).padStart(16, '0');

/** The leaf of an event is made of its chain hash, which covers the whole event. */
export const eventLeaf = (chainHash: string): string => leafHash(chainHash);

/** The leaf of an account is made of its stream, last revision and last hash, each of a fixed length. */
export const accountLeaf = (account: {
  readonly stream: string;
  readonly revision: number;
  readonly hash: string;
}): string =>
  leafHash(hash('sha256', account.stream, 'hex') + revisionHex(account.revision) + account.hash);
