import { sleep } from '#async';
import type { Pool } from 'pg';

const LOOK_EVERY_MS = 5;

interface Wait {
  readonly rows: number;
  readonly resolve: (at: number) => void;
}

/** Polls the number of committed rows by one query at a time for all waiters, to add little load. */
export class RowWatch {
  readonly #pool: Pool;
  /** The waiters in the order of their rows. */
  readonly #waits: Wait[] = [];
  #looking: Promise<void> | null = null;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The largest id is the number of rows: each command makes one row, and there is no other writer. */
  async #rows(): Promise<number> {
    const { rows } = await this.#pool.query<{ rows: string | null }>(
      'select max(id) as rows from mjk_point_transactions',
    );
    return Number(rows[0]?.rows ?? 0);
  }

  /** Resolves with the time at which that many rows were first seen. Calls must be in ascending order. */
  async appear(rows: number): Promise<number> {
    const appeared = new Promise<number>((resolve) => this.#waits.push({ rows, resolve }));
    this.#looking ??= this.#look();
    // A failed query rejects the waiters.
    return Promise.race([appeared, this.#looking.then(() => appeared)]);
  }

  async #look(): Promise<void> {
    while (this.#waits.length > 0) {
      const seen = await this.#rows();
      const at = performance.now();
      while (this.#waits[0] !== undefined && this.#waits[0].rows <= seen) {
        this.#waits.shift()?.resolve(at);
      }
      await sleep(LOOK_EVERY_MS);
    }
    this.#looking = null;
  }
}
