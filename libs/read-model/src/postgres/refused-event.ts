import type { Pool } from 'pg';

import type { Batch, Position, RecordedEvent } from '#event-store';

import type { Parking } from '../projection/parking.js';
import { PoisonEvent, toPoisonEvent } from '../projection/poison-event.js';
import { userOf } from '../projection/user-of.js';
import { BatchMaker, type TableWriterOptions } from './batch-maker.js';
import { moveCheckpoint } from './checkpoints.js';
import { isRefusal, WriteRefused } from './refusal.js';
import { runBehind } from './statement.js';
import { inTransaction } from './transaction.js';

type Trial = (events: readonly RecordedEvent[]) => Promise<unknown>;

/**
 * The first event of an account whose rows the database refuses: found by halves, first among the
 * accounts, then among the events of one, each time in a transaction that is rolled back.
 */
export async function eventThatIsRefused(
  pool: Pool,
  options: TableWriterOptions,
  parkedAt: ReadonlyMap<Position, Parking>,
  after: Position | null,
  batch: Batch,
  refusal: Error,
): Promise<PoisonEvent | WriteRefused> {
  const refusalOf: Trial = (events) => tryOut(pool, options, parkedAt, after, { ...batch, events });
  const events = await ofOneAccount(refusalOf, batch.events);
  if (events === null) {
    return new WriteRefused(`no account can be named: ${refusal.message}`, { cause: refusal });
  }
  // The longest beginning that is written, and the shortest that is not.
  let [written, refused] = [0, events.length];
  while (refused - written > 1) {
    const middle = (written + refused) >> 1;
    if ((await refusalOf(events.slice(0, middle))) === null) written = middle;
    else refused = middle;
  }
  const cause = await refusalOf(events.slice(0, refused));
  const event = events[refused - 1];
  if (event === undefined || cause === null) {
    return new WriteRefused(`it is not refused alone: ${refusal.message}`, { cause: refusal });
  }
  return toPoisonEvent('unwritable-value', event, cause);
}

/** null: each half is taken alone. */
async function ofOneAccount(
  refusalOf: Trial,
  events: readonly RecordedEvent[],
): Promise<readonly RecordedEvent[] | null> {
  let streams = [...new Set(events.map(({ stream }) => stream))].filter(
    (stream) => userOf(stream) !== null,
  );
  const of = (some: readonly string[]): readonly RecordedEvent[] => {
    const wanted = new Set(some);
    return events.filter(({ stream }) => wanted.has(stream));
  };
  while (streams.length > 1) {
    const first = streams.slice(0, streams.length >> 1);
    const second = streams.slice(first.length);
    if ((await refusalOf(of(first))) !== null) streams = first;
    else if ((await refusalOf(of(second))) !== null) streams = second;
    else return null;
  }
  return streams.length === 1 ? of(streams) : null;
}

/** Thrown to roll a trial back that went through. */
class RolledBack extends Error {}

/**
 * null: these events could be written. Trouble that passes is thrown; so is Moved: a trial holds the
 * checkpoint as a write does, or rows that somebody else wrote meanwhile would be refused in the name of
 * an account that has nothing to do with it.
 */
async function tryOut(
  pool: Pool,
  { name, version }: TableWriterOptions,
  parkedAt: ReadonlyMap<Position, Parking>,
  after: Position | null,
  batch: Batch,
): Promise<unknown> {
  try {
    // Between the events of some accounts there are holes: nobody looks for them here.
    const maker = new BatchMaker(pool, { name, version }, parkedAt);
    if ((await maker.add(after, batch, Promise.resolve())) === null) return null;
    const { move, statements } = await maker.finish();
    await inTransaction(
      pool,
      async (client) => {
        await runBehind(client, moveCheckpoint(client, move), statements);
        throw new RolledBack();
      },
      'writing',
    );
  } catch (error) {
    if (error instanceof RolledBack) return null;
    if (isRefusal(error) || error instanceof PoisonEvent) return error;
    throw error;
  }
  throw new Error('a bug: a trial was not rolled back');
}
