import type { Pool, PoolClient } from 'pg';

import type { Batch, Position } from '#event-store';

import { fold } from '../fold.js';
import type { Applied, Checkpoint, TableWriter } from '../port.js';
import { readBatch, type FollowsDirectly, type ReadBatch } from '../projected-event.js';
import type { TouchedRows } from '../tables.js';
import { moveCheckpoint, readCheckpoint } from './checkpoints.js';
import { loadTouched } from './load.js';
import { RowCache } from './row-cache.js';
import { runAll } from './statement.js';
import { inTransaction } from './transaction.js';
import { statementsFor } from './write.js';

export interface TableWriterOptions {
  readonly name: string;
  readonly version: number;
  readonly followsDirectly?: FollowsDirectly;
}

/**
 * Batches are written one after the other, in the order of the calls; while one is written the next
 * may be handed in, and is decoded meanwhile.
 */
export class PostgresTableWriter implements TableWriter {
  readonly #pool: Pool;
  readonly #options: TableWriterOptions;
  readonly #cache = new RowCache();
  /** The checkpoint that the cached rows belong to; undefined: none that is sure. */
  #cachedAt: Position | null | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(pool: Pool, options: TableWriterOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  checkpoint(): Promise<Checkpoint | null> {
    return readCheckpoint(this.#pool, this.#options.name, this.#options.version);
  }

  async write(after: Position | null, batch: Batch): Promise<Applied> {
    const read = readBatch(after, batch, this.#options.followsDirectly);
    const applied = this.#turn.then(() => this.#applyRead(after, batch.next, read));
    this.#turn = applied.catch(() => undefined);
    return applied;
  }

  async #applyRead(after: Position | null, next: Position, read: ReadBatch): Promise<Applied> {
    if (after !== null && next <= after) return this.#refuseUnseen(read);
    if (this.#cachedAt !== after) this.#cache.clear();
    this.#cachedAt = undefined;
    const { applied, touched } = await inTransaction(
      this.#pool,
      (client) => this.#write(client, after, next, read),
      'writing',
    );
    if (touched === null) return applied;
    this.#cache.keep(touched);
    this.#cachedAt = next;
    return applied;
  }

  /** The checkpoint first: whoever moves it holds its row, so nobody else writes until the commit. */
  async #write(
    client: PoolClient,
    after: Position | null,
    next: Position,
    read: ReadBatch,
  ): Promise<{ readonly applied: Applied; readonly touched: TouchedRows | null }> {
    const { version } = this.#options;
    const events = read.fresh.length;
    const rows = read.fresh.reduce((sum, event) => sum + event.rows.transactions.length, 0);
    const lastEvent = read.fresh.at(-1)?.recorded.position ?? null;
    const move = { ...this.#options, after, next, rows, events, lastEvent };
    const moved = await moveCheckpoint(client, move);
    if (moved === null) return { applied: { kind: 'moved' }, touched: null };
    const touched = await loadTouched(client, version, read, this.#cache);
    await runAll(client, statementsFor(version, fold(touched, read, moved.firstId)));
    return { applied: { kind: 'applied', rows, events, state: moved.state }, touched };
  }

  /** Nothing in the batch can be new; what it has must be in the tables. */
  async #refuseUnseen(read: ReadBatch): Promise<Applied> {
    const touched = await inTransaction(this.#pool, (client) =>
      loadTouched(client, this.#options.version, read, new RowCache()),
    );
    fold(touched, read, 0);
    return { kind: 'nothing' };
  }
}
