import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

import { userOfStream } from '#identity';
import { emptyFoldedRows, type FoldedRows } from '../fold/folded-rows.js';
import { toPoisonEvent, type EventLocation } from '../fold/poison-event.js';
import type { WriteQuery } from './copy/write-query.js';
import { writeQueriesFor } from './write-queries.js';

/**
 * Encodes the queries that write the rows of some events. An error names its event, because encoding would
 * fail again at every retry.
 */
export async function encodeRows(
  version: number,
  folded: FoldedRows,
  events: readonly EventLocation[],
): Promise<WriteQuery[]> {
  const queries: WriteQuery[] = [];
  try {
    for (const query of writeQueriesFor(version, folded)) {
      queries.push(query);
      await yieldToEventLoop();
    }
  } catch (cause) {
    const event = findFailingEvent(folded, events);
    throw event === null ? cause : toPoisonEvent('unwritable-value', event, cause);
  }
  return queries;
}

/** Finds the first event with a row that can't be encoded, by encoding rows one by one. */
function findFailingEvent(
  folded: FoldedRows,
  events: readonly EventLocation[],
): EventLocation | null {
  const failing = new Set<EventLocation>();
  for (const { row, alone } of singleRows(folded)) {
    const event = canBeEncoded(alone) ? undefined : eventOfRow(row, events);
    if (event !== undefined) failing.add(event);
  }
  return events.find((event) => failing.has(event)) ?? null;
}

interface OwnedRow {
  readonly user_id: string;
  readonly revision: number;
}

/** Durations are left out, because the event of each also updates its account. */
function* singleRows(folded: FoldedRows): Generator<{ row: OwnedRow; alone: FoldedRows }> {
  for (const row of folded.transactions) {
    if (row !== null) yield { row, alone: { ...emptyFoldedRows(1), transactions: [row] } };
  }
  for (const row of folded.legacy.updates.values()) {
    yield { row, alone: { ...emptyFoldedRows(1), transactions: [row] } };
  }
  const tables = ['accounts', 'batches', 'consumptions', 'recharges'] as const;
  for (const table of tables) {
    for (const kind of ['inserted', 'updated'] as const) {
      for (const row of folded[table][kind]) {
        const written = { inserted: new Set(), updated: new Set(), [kind]: new Set([row]) };
        yield { row, alone: { ...emptyFoldedRows(1), [table]: written } };
      }
    }
  }
}

function canBeEncoded(folded: FoldedRows): boolean {
  try {
    return [...writeQueriesFor(1, folded)].length > 0;
  } catch {
    return false;
  }
}

/** A row of an earlier event belongs to the last event of its account. */
function eventOfRow({ user_id, revision }: OwnedRow, events: readonly EventLocation[]) {
  const ofAccount = events.filter(({ stream }) => userOfStream(stream) === user_id);
  return ofAccount.find((event) => event.revision === revision) ?? ofAccount.at(-1);
}
