import { setImmediate as breathe } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

import type { Batch, Position, RecordedEvent } from '#event-store';

import { fold, nothingFolded, type Folded } from '../fold.js';
import {
  readBatch,
  type FollowsDirectly,
  type ProjectedEvent,
  type ReadBatch,
} from '../projected-event.js';
import type { TouchedRows } from '../tables.js';
import { lastIdAt, type Move } from './checkpoints.js';
import { loadWanted, wantedBy, type Wanted } from './load.js';
import { RowCache } from './row-cache.js';
import type { Statement } from './statement.js';
import { inTransaction } from './transaction.js';
import { statementsFor } from './write.js';

export interface TableWriterOptions {
  readonly name: string;
  readonly version: number;
  readonly followsDirectly?: FollowsDirectly;
}

/** All that has to be sent. */
export interface MadeBatch {
  readonly move: Move;
  readonly statements: readonly Statement[];
}

/** A few milliseconds of work. Then the batch before must get through to the server. */
const SLICE_EVENTS = 500;

/** Makes of events what has to be written, one batch upon the other, ahead of the writing. */
export class BatchMaker {
  readonly #pool: Pool;
  readonly #options: TableWriterOptions;
  readonly #cache = new RowCache();
  /** Where the tables will be, with the cached rows, when all that was made is written. */
  #ahead: { readonly position: Position | null; readonly lastId: number } | null = null;

  constructor(pool: Pool, options: TableWriterOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /** null: there is nothing to write. `before` settles when all that was made has been written, or not. */
  async make(
    after: Position | null,
    batch: Batch,
    before: Promise<unknown>,
  ): Promise<MadeBatch | null> {
    const read = await this.#read(after, batch);
    if (after !== null && batch.next <= after) return this.#refuseUnseen(read, before);
    const ahead = this.#ahead;
    this.#ahead = null; // until the cached rows are changed as a whole
    const isSure = ahead !== null && ahead.position === after;
    if (!isSure) this.#cache.clear();
    const wanted = wantedBy(read, this.#cache);
    const isAtHand = isSure && wanted.isEmpty;
    const lastId = isAtHand ? ahead.lastId : await this.#load(wanted, after, before);
    const folded = await foldInSlices(wanted.users, read, lastId + 1);
    const statements = await this.#encode(folded);
    const rows = folded.transactions.length;
    this.#cache.keep(wanted.users);
    this.#ahead = { position: batch.next, lastId: lastId + rows };
    const events = read.fresh.length;
    const lastEvent = read.fresh.at(-1)?.recorded.position ?? null;
    const { name, version } = this.#options;
    const { next } = batch;
    return { move: { name, version, after, next, lastId, rows, events, lastEvent }, statements };
  }

  /** What was made is not written: whatever is known of the rows may be wrong. */
  forget(): void {
    this.#ahead = null;
  }

  async #read(after: Position | null, { events, next }: Batch): Promise<ReadBatch> {
    const fresh: ProjectedEvent[] = [];
    const repeated: RecordedEvent[] = [];
    let last = after;
    for (const slice of slicesOf(events)) {
      await breathe();
      const read = readBatch(last, { events: slice, next }, this.#options.followsDirectly);
      fresh.push(...read.fresh);
      repeated.push(...read.repeated);
      last = read.last;
    }
    return { fresh, repeated, last };
  }

  /** From tables that stand at `after`, in one snapshot. Gives the id of their last row. */
  async #load(wanted: Wanted, after: Position | null, before: Promise<unknown>): Promise<number> {
    const { name, version } = this.#options;
    await before;
    return inTransaction(
      this.#pool,
      async (client) => {
        const lastId = await lastIdAt(client, name, version, after);
        await loadWanted(client, version, wanted);
        return lastId;
      },
      'loading',
    );
  }

  async #encode(folded: Folded): Promise<Statement[]> {
    const statements: Statement[] = [];
    for (const statement of statementsFor(this.#options.version, folded)) {
      statements.push(statement);
      await breathe();
    }
    return statements;
  }

  /** Nothing in the batch can be new; what it has must be in the tables. */
  async #refuseUnseen(read: ReadBatch, before: Promise<unknown>): Promise<null> {
    const wanted = wantedBy(read, new RowCache());
    await before;
    const load = (client: PoolClient) => loadWanted(client, this.#options.version, wanted);
    await inTransaction(this.#pool, load, 'loading');
    fold(wanted.users, read, nothingFolded(0));
    return null;
  }
}

async function foldInSlices(
  touched: TouchedRows,
  { fresh, repeated }: ReadBatch,
  firstId: number,
): Promise<Folded> {
  const folded = nothingFolded(firstId);
  for (const slice of slicesOf(fresh)) {
    fold(touched, { fresh: slice, repeated: [] }, folded);
    await breathe();
  }
  fold(touched, { fresh: [], repeated }, folded);
  return folded;
}

function* slicesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += SLICE_EVENTS) {
    yield items.slice(from, from + SLICE_EVENTS);
  }
}
