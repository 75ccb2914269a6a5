import type pg from 'pg';
import type { OldTable } from './old-tables.js';

const ROWS_PER_FETCH = 2_000;

export type TextRow = readonly (string | null)[];

/** The rows of a table, sorted by user. The next ones are fetched while these are worked on. */
export class SortedCursor {
  readonly #client: pg.Client;
  readonly #name: string;
  #rows: readonly TextRow[] = [];
  #at = 0;
  #next: Promise<readonly TextRow[]> | null;
  /** Rows that were handed out. */
  read = 0;

  private constructor(client: pg.Client, name: string) {
    this.#client = client;
    this.#name = name;
    this.#next = this.#fetch();
  }

  static async open(client: pg.Client, name: string, table: OldTable): Promise<SortedCursor> {
    await client.query(
      `declare ${name} no scroll cursor for ${table.select} order by ${table.order.join(', ')}`,
    );
    return new SortedCursor(client, name);
  }

  /** Whether `head` can be asked without waiting. */
  get isReady(): boolean {
    return this.#at < this.#rows.length || this.#next === null;
  }

  /** Waits for the next rows. */
  async fill(): Promise<void> {
    if (this.#next === null) return;
    const rows = await this.#next;
    this.#rows = rows;
    this.#at = 0;
    this.#next = rows.length < ROWS_PER_FETCH ? null : this.#fetch();
  }

  /** The next row; null: there is none. */
  get head(): TextRow | null {
    return this.#rows[this.#at] ?? null;
  }

  advance(): void {
    this.#at += 1;
    this.read += 1;
  }

  /** Its rejection is handled where it is awaited, by `fill`. */
  #fetch(): Promise<readonly TextRow[]> {
    const fetching = this.#client
      .query<(string | null)[]>({
        text: `fetch ${ROWS_PER_FETCH} from ${this.#name}`,
        rowMode: 'array',
      })
      .then(({ rows }) => rows);
    fetching.catch(() => undefined);
    return fetching;
  }
}
