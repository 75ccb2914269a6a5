import type { Pool } from 'pg';

import type { EventBatch, Position, RecordedEvent } from '#event-store';

import { userOfStream } from '#identity';
import type { Parking } from '../fold/parking.js';
import { PoisonEvent, toPoisonEvent } from '../fold/poison-event.js';
import { WriteBatchBuilder, type TableWriterOptions } from './write-batch-builder.js';
import { advanceCheckpoint } from '../postgres/checkpoints.js';
import { isDataError, UnattributedDataError } from './data-error.js';
import { runPipelined } from './run-queries.js';
import { inTransaction } from '../postgres/transaction.js';

type Trial = (events: readonly RecordedEvent[]) => Promise<unknown>;

/**
 * Finds the first event whose rows the database rejects, by a binary search: first among the accounts, then
 * among the events of one, each time in a transaction that is rolled back.
 */
export async function findRejectedEvent(
  pool: Pool,
  options: TableWriterOptions,
  parkedAt: ReadonlyMap<Position, Parking>,
  after: Position | null,
  batch: EventBatch,
  dataError: Error,
): Promise<PoisonEvent | UnattributedDataError> {
  const errorOf: Trial = (events) => tryWrite(pool, options, parkedAt, after, { ...batch, events });
  const events = await narrowToOneAccount(errorOf, batch.events);
  if (events === null) {
    return new UnattributedDataError(`no account can be named: ${dataError.message}`, {
      cause: dataError,
    });
  }
  // The longest prefix that can be written, and the shortest that can't.
  let [written, rejected] = [0, events.length];
  while (rejected - written > 1) {
    const middle = (written + rejected) >> 1;
    if ((await errorOf(events.slice(0, middle))) === null) written = middle;
    else rejected = middle;
  }
  const cause = await errorOf(events.slice(0, rejected));
  const event = events[rejected - 1];
  if (event === undefined || cause === null) {
    return new UnattributedDataError(`it is not refused alone: ${dataError.message}`, {
      cause: dataError,
    });
  }
  return toPoisonEvent('unwritable-value', event, cause);
}

/** null: each half can be written by itself. */
async function narrowToOneAccount(
  errorOf: Trial,
  events: readonly RecordedEvent[],
): Promise<readonly RecordedEvent[] | null> {
  let streams = [...new Set(events.map(({ stream }) => stream))].filter(
    (stream) => userOfStream(stream) !== null,
  );
  const of = (some: readonly string[]): readonly RecordedEvent[] => {
    const selected = new Set(some);
    return events.filter(({ stream }) => selected.has(stream));
  };
  while (streams.length > 1) {
    const first = streams.slice(0, streams.length >> 1);
    const second = streams.slice(first.length);
    if ((await errorOf(of(first))) !== null) streams = first;
    else if ((await errorOf(of(second))) !== null) streams = second;
    else return null;
  }
  return streams.length === 1 ? of(streams) : null;
}

/** Thrown to roll back a trial that succeeded. */
class TrialRolledBack extends Error {}

/**
 * null: these events could be written. Transient errors are thrown, and so is a CheckpointConflict: a trial
 * locks the checkpoint as a write does, because rows that another writer wrote meanwhile would otherwise be
 * rejected in the name of an account that has nothing to do with it.
 */
async function tryWrite(
  pool: Pool,
  { name, version }: TableWriterOptions,
  parkedAt: ReadonlyMap<Position, Parking>,
  after: Position | null,
  batch: EventBatch,
): Promise<unknown> {
  try {
    // The events of some accounts are not dense, so that positions are not checked here.
    const builder = new WriteBatchBuilder(pool, { name, version }, parkedAt);
    if ((await builder.add(after, batch, Promise.resolve())) === null) return null;
    const { advance, queries } = await builder.finish();
    await inTransaction(
      pool,
      async (client) => {
        await runPipelined(client, advanceCheckpoint(client, advance), queries);
        throw new TrialRolledBack();
      },
      'writing',
    );
  } catch (error) {
    if (error instanceof TrialRolledBack) return null;
    if (isDataError(error) || error instanceof PoisonEvent) return error;
    throw error;
  }
  throw new Error('a bug: a trial was not rolled back');
}
