import { sleep } from '#async';
import type { Pool } from 'pg';

const LOOK_EVERY_MS = 5;

interface Wait {
  readonly rows: number;
  readonly resolve: (at: number) => void;
}

/** Looks how many rows are committed: one query at a time, however many wait, so as not to be the load. */
export class RowWatch {
  readonly #pool: Pool;
  /** In the order of the rows. */
  readonly #waits: Wait[] = [];
  #looking: Promise<void> | null = null;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Every command here makes one row, ids are dense, and nobody else writes into this database. */
  async rows(): Promise<number> {
    const { rows } = await this.#pool.query<{ rows: string | null }>(
      'select max(id) as rows from mjk_point_transactions',
    );
    return Number(rows[0]?.rows ?? 0);
  }

  /** When so many were first seen. More than by the call before. */
  async appear(rows: number): Promise<number> {
    const appeared = new Promise<number>((resolve) => this.#waits.push({ rows, resolve }));
    this.#looking ??= this.#look();
    return Promise.race([appeared, this.#looking.then(() => appeared)]); // looking may fail
  }

  async #look(): Promise<void> {
    while (this.#waits.length > 0) {
      const seen = await this.rows();
      const at = performance.now();
      while (this.#waits[0] !== undefined && this.#waits[0].rows <= seen) {
        this.#waits.shift()?.resolve(at);
      }
      await sleep(LOOK_EVERY_MS);
    }
    this.#looking = null;
  }
}
