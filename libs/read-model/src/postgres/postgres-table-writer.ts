import type { Pool } from 'pg';

import type { Batch, Position } from '#event-store';

import type { Applied, Checkpoint, TableWriter } from '../port.js';
import { BatchMaker, type MadeBatch, type TableWriterOptions } from './batch-maker.js';
import { Moved, moveCheckpoint, readCheckpoint } from './checkpoints.js';
import { runBehind } from './statement.js';
import { inTransaction } from './transaction.js';

/**
 * Batches are written one after the other, in the order of the calls. While one is written the next
 * may be handed in, and is made ready in the belief that the one before will be there: where it is
 * not, the compare-and-swap of the checkpoint turns away what was built on it.
 */
export class PostgresTableWriter implements TableWriter {
  readonly #pool: Pool;
  readonly #options: TableWriterOptions;
  readonly #maker: BatchMaker;
  #making: Promise<unknown> = Promise.resolve();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(pool: Pool, options: TableWriterOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#maker = new BatchMaker(pool, options);
  }

  checkpoint(): Promise<Checkpoint | null> {
    return readCheckpoint(this.#pool, this.#options.name, this.#options.version);
  }

  write(after: Position | null, batch: Batch): Promise<Applied> {
    const before = this.#writing;
    const making = this.#making.then(() => this.#maker.make(after, batch, before));
    const writing = this.#write(making, before);
    this.#making = making.catch(() => undefined);
    this.#writing = Promise.allSettled([before, writing]);
    return writing;
  }

  async #write(making: Promise<MadeBatch | null>, before: Promise<unknown>): Promise<Applied> {
    try {
      const made = await making;
      await before;
      return made === null ? { kind: 'nothing' } : await this.#send(made);
    } catch (error) {
      this.#maker.forget();
      if (error instanceof Moved) return { kind: 'moved' };
      throw error;
    }
  }

  /** The checkpoint first: whoever moves it holds its row, so nobody else writes until the commit. */
  #send({ move, statements }: MadeBatch): Promise<Applied> {
    const { rows, events } = move;
    return inTransaction(
      this.#pool,
      async (client) => {
        const { state } = await runBehind(client, moveCheckpoint(client, move), statements);
        return { kind: 'applied', rows, events, state };
      },
      'writing',
    );
  }
}
