import type { EventStore } from '#event-store';
import { mapDigest, parseMapping, type Mapping } from '#import';
import { TAKE_OVER_STREAM, parseTakeOver } from '#ledger';
import { CannotImportError } from '../errors.js';

/** A take-over, as its newest start says it. */
export interface CurrentTakeOver {
  readonly importId: string;
  readonly mapping: Mapping;
  readonly mapDigest: string;
  readonly from: string;
}

/** The newest take-over, which may be finished. */
export interface LastTakeOver extends CurrentTakeOver {
  readonly isFinished: boolean;
  /** All mappings that it ever had, by their digests: each account was opened by one of them. */
  readonly mappings: ReadonlyMap<string, Mapping>;
}

/** The one that is on. Every importer reads the mapping that was published, so that all of them decide alike. */
export async function currentTakeOver(store: EventStore): Promise<CurrentTakeOver> {
  const last = await lastTakeOver(store);
  if (!last.isFinished) return last;
  throw new CannotImportError('no take-over is on: begin one by `start`');
}

export async function lastTakeOver(store: EventStore): Promise<LastTakeOver> {
  const mappings = new Map<string, Mapping>();
  const started: CurrentTakeOver[] = [];
  let isFinished = false;
  for await (const recorded of store.readStream(TAKE_OVER_STREAM, { latest: true })) {
    const event = parseTakeOver(recorded);
    isFinished = event.type === 'TakeOverFinished';
    if (event.type === 'TakeOverFinished') continue;
    const parsed = parseMapping(JSON.stringify(event.mapping));
    if (!parsed.ok) {
      throw new CannotImportError('the mapping of the take-over is none that this build can read');
    }
    const { importId, from } = event;
    const digest = mapDigest(parsed.value);
    mappings.set(digest, parsed.value);
    started.push({ importId, from, mapping: parsed.value, mapDigest: digest });
  }
  const last = started.at(-1);
  if (last !== undefined) return { ...last, isFinished, mappings };
  throw new CannotImportError('no take-over is on: begin one by `start`');
}
