import { hash } from 'node:crypto';

/** What the chain of a stream begins with. */
export const CHAIN_START: Uint8Array = new Uint8Array(32);

/** The parts of an event that its hash covers. */
export interface Hashable {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly meta: string;
}

/** As a string of bytes: a fifth of what a Hash object costs, measured on Node 20. */
const sha256 = (text: string): string => hash('sha256', text, 'binary');

/**
 * The hash of an event: everything it says, and the hash before it. Fixed-length parts, so that
 * fields can't run together.
 */
export function chainHash(before: Uint8Array, event: Hashable): Uint8Array {
  const parts = Buffer.alloc(32 + 16 + 8 + 4 * 32);
  parts.set(before, 0);
  parts.write(event.id.replaceAll('-', ''), 32, 'hex');
  parts.writeBigUInt64BE(BigInt(event.revision), 48);
  parts.write(sha256(event.stream), 56, 'latin1');
  parts.write(sha256(event.type), 88, 'latin1');
  parts.write(sha256(event.data), 120, 'latin1');
  parts.write(sha256(event.meta), 152, 'latin1');
  return hash('sha256', parts, 'buffer');
}
