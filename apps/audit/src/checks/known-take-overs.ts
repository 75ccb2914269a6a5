import { hash } from 'node:crypto';
import {
  TAKE_OVER_STREAM,
  UnreadableEvent,
  isTakeOverOn,
  parseTakeOver,
  periodsAfter,
  type TakeOverEvent,
  type TakeOverPeriod,
} from '#ledger';
import { StoreRefusedError } from '../store/errors.js';
import type { EventSource, StoredEvent } from '../store/event-source.js';
import { canonicalJson } from './canonical-json.js';

/** What the ledger says of take-overs: when they are on, and by which mappings they read. */
export class KnownTakeOvers {
  readonly #periods: readonly TakeOverPeriod[];
  /** By the import and the digest of the mapping, when it was said first. */
  readonly #mappings = new Map<string, string>();

  constructor(events: readonly TakeOverEvent[]) {
    let periods: readonly TakeOverPeriod[] = [];
    for (const event of events) {
      const after = periodsAfter(periods, event);
      if (typeof after !== 'string') periods = after;
      if (event.type !== 'TakeOverStarted') continue;
      const key = keyOf(event.importId, digestOf(event.mapping));
      if (!this.#mappings.has(key)) this.#mappings.set(key, event.at);
    }
    this.#periods = periods;
  }

  isOn(moment: string): boolean {
    return isTakeOverOn(this.#periods, moment);
  }

  /** Whether the import had said by then that it reads by that mapping. */
  hasMapping(importId: string, mapDigest: string, by: string): boolean {
    const at = this.#mappings.get(keyOf(importId, mapDigest));
    return at !== undefined && at <= by;
  }
}

const keyOf = (importId: string, mapDigest: string): string => `${importId}/${mapDigest}`;

const digestOf = (mapping: object): string => hash('sha256', canonicalJson(mapping), 'hex');

/** What can't be read is left out: the pass over the accounts reports it. */
export async function readTakeOvers(
  source: Pick<EventSource, 'streamEvents'>,
): Promise<readonly TakeOverEvent[]> {
  const read: TakeOverEvent[] = [];
  try {
    for await (const page of source.streamEvents(TAKE_OVER_STREAM, null)) {
      for (const stored of page) read.push(...takeOverOf(stored));
    }
  } catch (error) {
    if (!(error instanceof StoreRefusedError)) throw error;
  }
  return read;
}

/** The event, if it can be read. */
export function takeOverOf(stored: StoredEvent): readonly TakeOverEvent[] {
  try {
    return [parseTakeOver(stored)];
  } catch (error) {
    if (error instanceof UnreadableEvent) return [];
    throw error;
  }
}
