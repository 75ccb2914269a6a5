import type { Pool } from 'pg';

import type { Batch, Position } from '#event-store';

import { parkingForPoison, type Parking } from '../projection/parking.js';
import { PoisonEvent } from '../projection/poison-event.js';
import type { WriteResult } from '../read-tables.js';
import { BatchMaker, type TableWriterOptions } from './batch-maker.js';
import { Moved } from './checkpoints.js';
import { eventThatIsRefused } from './refused-event.js';
import { sendBatch } from './send-batch.js';
import { isRefusal } from './refusal.js';

/**
 * Writes one batch and nothing beside it. An event that can't be applied parks its account in the
 * same transaction, and the batch is made anew without it, until the rest of it is in. Rejects only
 * where no account can be named, or where going on would park account after account.
 */
export async function writeCarefully(
  pool: Pool,
  options: TableWriterOptions,
  after: Position | null,
  batch: Batch,
): Promise<WriteResult> {
  try {
    return await writeParking(pool, options, after, batch);
  } catch (error) {
    if (error instanceof Moved) return { kind: 'moved' };
    throw error;
  }
}

async function writeParking(
  pool: Pool,
  options: TableWriterOptions,
  after: Position | null,
  batch: Batch,
): Promise<WriteResult> {
  const parkedAt = new Map<Position, Parking>();
  for (;;) {
    try {
      return await writeAlone(pool, options, parkedAt, after, batch);
    } catch (error) {
      const poison = isRefusal(error)
        ? await eventThatIsRefused(pool, options, parkedAt, after, batch, error)
        : error;
      if (!(poison instanceof PoisonEvent)) throw poison;
      const parking = parkingForPoison(poison, options.followsDirectly !== undefined);
      // Twice at the same event would be a bug: it was left out the second time.
      if (parking === null || parkedAt.has(poison.position)) throw poison;
      parkedAt.set(poison.position, parking);
    }
  }
}

async function writeAlone(
  pool: Pool,
  options: TableWriterOptions,
  parkedAt: ReadonlyMap<Position, Parking>,
  after: Position | null,
  batch: Batch,
): Promise<WriteResult> {
  const maker = new BatchMaker(pool, options, parkedAt);
  const added = await maker.add(after, batch, Promise.resolve());
  if (added === null) return { kind: 'nothing' };
  const { state } = await sendBatch(pool, await maker.finish());
  return { kind: 'applied', ...added, state };
}
