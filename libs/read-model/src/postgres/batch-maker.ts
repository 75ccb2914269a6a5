import { setImmediate as breathe } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

import type { Batch, Position } from '#event-store';

import { fold, nothingFolded, type Folded } from '../fold.js';
import { readBatch, type FollowsDirectly } from '../projected-event.js';
import { slicesOf } from '../slices-of.js';
import { lastIdAt, type Move } from './checkpoints.js';
import { Wanted, loadWanted } from './load.js';
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
    const { next } = batch;
    if (after !== null && next <= after) return this.#refuseUnseen(after, batch, before);
    const ahead = this.#ahead;
    this.#ahead = null; // until the cached rows are changed as a whole
    const isSure = ahead !== null && ahead.position === after;
    if (!isSure) this.#cache.clear();
    const wanted = new Wanted(this.#cache);
    const load = () => this.#load(wanted, after, before);
    const lastId = isSure ? ahead.lastId : await load();
    const { folded, events, lastEvent } = await this.#fold(after, batch, wanted, lastId, load);
    const statements = await this.#encode(folded);
    const rows = folded.transactions.length;
    this.#cache.keep(wanted.users);
    this.#ahead = { position: next, lastId: lastId + rows };
    const { name, version } = this.#options;
    return { move: { name, version, after, next, lastId, rows, events, lastEvent }, statements };
  }

  /** What was made is not written: whatever is known of the rows may be wrong. */
  forget(): void {
    this.#ahead = null;
  }

  /** A slice at a time: what was decoded is garbage before it is old. */
  async #fold(
    after: Position | null,
    { events, next }: Batch,
    wanted: Wanted,
    lastId: number,
    load: () => Promise<unknown>,
  ): Promise<{
    readonly folded: Folded;
    readonly events: number;
    readonly lastEvent: Position | null;
  }> {
    const folded = nothingFolded(lastId + 1);
    let last = after;
    let count = 0;
    let lastEvent: Position | null = null;
    for (const slice of slicesOf(events, SLICE_EVENTS)) {
      await breathe();
      const read = readBatch(last, { events: slice, next }, this.#options.followsDirectly);
      wanted.add(read);
      if (!wanted.isAtHand) await load();
      fold(wanted.users, read, folded);
      last = read.last;
      count += read.fresh.length;
      lastEvent = read.fresh.at(-1)?.recorded.position ?? lastEvent;
    }
    return { folded, events: count, lastEvent };
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
  async #refuseUnseen(after: Position, batch: Batch, before: Promise<unknown>): Promise<null> {
    const read = readBatch(after, batch);
    const wanted = new Wanted(new RowCache());
    wanted.add(read);
    await before;
    const load = (client: PoolClient) => loadWanted(client, this.#options.version, wanted);
    await inTransaction(this.#pool, load, 'loading');
    fold(wanted.users, read, nothingFolded(0));
    return null;
  }
}
