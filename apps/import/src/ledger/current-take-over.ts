import type { EventStore } from '#event-store';
import { mapDigest, parseMapping, type Mapping } from '#import';
import { TAKE_OVER_STREAM, parseTakeOver } from '#ledger';
import { CannotImportError } from '../errors.js';

/** The take-over that is on, as its newest start says it. */
export interface CurrentTakeOver {
  readonly importId: string;
  readonly mapping: Mapping;
  readonly mapDigest: string;
  readonly from: string;
}

/** Every importer reads the mapping that was published, so that all of them decide alike. */
export async function currentTakeOver(store: EventStore): Promise<CurrentTakeOver> {
  let current: CurrentTakeOver | null = null;
  for await (const recorded of store.readStream(TAKE_OVER_STREAM, { latest: true })) {
    const event = parseTakeOver(recorded);
    current = null;
    if (event.type !== 'TakeOverStarted') continue;
    const parsed = parseMapping(JSON.stringify(event.mapping));
    if (!parsed.ok) {
      throw new CannotImportError('the mapping of the take-over is none that this build can read');
    }
    const { importId, from } = event;
    current = { importId, from, mapping: parsed.value, mapDigest: mapDigest(parsed.value) };
  }
  if (current !== null) return current;
  throw new CannotImportError('no take-over is on: begin one by `start`');
}
