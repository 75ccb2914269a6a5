import type { Pool } from 'pg';

import type { EventBatch, Position } from '#event-store';

import { parkingForPoison, type Parking } from '../fold/parking.js';
import { PoisonEvent } from '../fold/poison-event.js';
import type { WriteResult } from '../table-writer.js';
import { WriteBatchBuilder, type TableWriterOptions } from './write-batch-builder.js';
import { CheckpointConflict } from '../postgres/checkpoints.js';
import { findRejectedEvent } from './find-rejected-event.js';
import { commitWriteBatch } from './commit-write-batch.js';
import { isDataError } from './data-error.js';

/**
 * Writes one batch by itself. An event that can't be applied parks its account in the same transaction, and
 * the batch is built again without the event until the rest can be written. Rejects when no account can be
 * named, or when too many accounts would be parked.
 */
export async function writeBatchWithParking(
  pool: Pool,
  options: TableWriterOptions,
  after: Position | null,
  batch: EventBatch,
  mayPark: (position: Position) => boolean = () => true,
): Promise<WriteResult> {
  try {
    return await writeParking(pool, options, after, batch, mayPark);
  } catch (error) {
    if (error instanceof CheckpointConflict) return { kind: 'conflict' };
    throw error;
  }
}

async function writeParking(
  pool: Pool,
  options: TableWriterOptions,
  after: Position | null,
  batch: EventBatch,
  mayPark: (position: Position) => boolean,
): Promise<WriteResult> {
  const parkedAt = new Map<Position, Parking>();
  for (;;) {
    try {
      return await writeOnce(pool, options, parkedAt, after, batch);
    } catch (error) {
      const poison = isDataError(error)
        ? await findRejectedEvent(pool, options, parkedAt, after, batch, error)
        : error;
      if (!(poison instanceof PoisonEvent)) throw poison;
      const parking = parkingForPoison(poison, options.followsDirectly !== undefined);
      // The second attempt has skipped the event, so that failing there again would be a bug.
      if (parking === null || parkedAt.has(poison.position)) throw poison;
      if (!mayPark(poison.position)) throw poison;
      parkedAt.set(poison.position, parking);
    }
  }
}

async function writeOnce(
  pool: Pool,
  options: TableWriterOptions,
  parkedAt: ReadonlyMap<Position, Parking>,
  after: Position | null,
  batch: EventBatch,
): Promise<WriteResult> {
  const builder = new WriteBatchBuilder(pool, options, parkedAt);
  const added = await builder.add(after, batch, Promise.resolve());
  if (added === null) return { kind: 'nothing' };
  const { state } = await commitWriteBatch(pool, await builder.finish());
  return { kind: 'applied', ...added, state };
}
