import { hash } from 'node:crypto';
import type { StoredEvent } from '../store/event-source.js';
import { EVENT_TYPES } from './event-types.js';

// The auditor computes the hash chain with code of its own, on purpose: it takes neither the word nor
// the code of the program that wrote the events. A spec checks both against the same golden vector.

/** What stands in the place of a previous hash before the first event. */
export const CHAIN_START = '0'.repeat(64);

export type HashedFields = Pick<StoredEvent, 'id' | 'revision' | 'type' | 'data' | 'meta'>;

const sha256 = (text: string): string => hash('sha256', text, 'hex');

const TYPE_HASHES = new Map([...EVENT_TYPES].map((type) => [type, sha256(type)]));

const REVISION_DIGITS = 16;

/** The hashes of the events of one stream, each computed from the hash before it. All are in hex. */
export class HashChain {
  readonly #streamHash: string;

  constructor(stream: string) {
    this.#streamHash = sha256(stream);
  }

  /** Every part has a fixed length, so two different events can't give the same input. */
  hashOf(previous: string, { id, revision, type, data, meta }: HashedFields): string {
    const input =
      previous +
      id.replaceAll('-', '') +
      revision.toString(16).padStart(REVISION_DIGITS, '0') +
      this.#streamHash +
      (TYPE_HASHES.get(type) ?? sha256(type)) +
      sha256(data) +
      sha256(meta);
    return hash('sha256', Buffer.from(input, 'hex'), 'hex');
  }
}
