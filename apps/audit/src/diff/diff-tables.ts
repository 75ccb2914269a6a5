import type { Position } from '#event-store';
import { accountStream, userOfStream } from '#identity';
import { BrokenRule, UnreadableEvent } from '#ledger';
import type {
  EventSource,
  OnDamage,
  AccountPartition,
  StoredEvent,
} from '../store/event-source.js';
import { CannotCheckError } from '../store/errors.js';
import {
  rowDifferences,
  TABLES,
  type Difference,
  type Row,
  type TableName,
} from './row-differences.js';
import { ExpectedRows } from './expected-rows.js';
import { compareRowIds } from './compare-row-ids.js';
import type { ParkedAccount, TableSnapshot } from './table-snapshot.js';

export interface ComparisonResult {
  readonly rows: number;
  readonly accounts: number;
  readonly events: number;
  /** Accounts whose events from one on are left out of the tables, and so out of the comparison. */
  readonly parked: readonly ParkedAccount[];
}

export type OnDifference = (difference: Difference) => void;

const ACCOUNTS_PER_PARTITION = 1_000;

/**
 * Holds the read tables against a fold of the events up to exactly the checkpoint of the tables,
 * account by account; `user` null: of all accounts, and the ids of all rows, too.
 */
export async function diffTables(
  source: EventSource,
  tables: TableSnapshot,
  user: string | null,
  found: OnDifference,
  progress: (lines: number) => void = () => {},
  onDamage?: OnDamage,
): Promise<ComparisonResult> {
  const { position } = tables.checkpoint;
  const comparison = new TableComparison(tables, user, found, progress);
  if (position !== null) {
    for await (const page of eventsOf(source, user, position, onDamage)) {
      for (const stored of page) await comparison.add(stored);
    }
  }
  await comparison.finish();
  if (user === null) await compareRowIds(source, tables, found);
  return comparison.result;
}

async function* eventsOf(
  source: EventSource,
  user: string | null,
  position: Position,
  onDamage?: OnDamage,
): AsyncIterable<readonly StoredEvent[]> {
  if (user !== null) {
    yield* source.streamEvents(accountStream(user), position);
    return;
  }
  for await (const part of partitionsOf(source, position)) {
    yield* source.accountEvents(part, position, onDamage);
  }
}

async function* partitionsOf(
  source: EventSource,
  position: Position,
): AsyncIterable<AccountPartition> {
  const parts = source.partitions();
  if (parts !== null) {
    yield* parts;
    return;
  }
  let streams: string[] = [];
  for await (const page of source.accountHeads(position)) {
    for (const { stream } of page) streams.push(stream);
    if (streams.length < ACCOUNTS_PER_PARTITION) continue;
    yield { kind: 'list', streams };
    streams = [];
  }
  yield { kind: 'list', streams };
}

/** Goes along the accounts, in order, beside the rows of each table. */
class TableComparison {
  readonly #tables: Readonly<Record<TableName, RowsByUser>>;
  #expected: { readonly user: string; readonly rows: ExpectedRows } | null = null;
  #rows = 0;
  /** Rows of the statement, which are most of all. */
  #lines = 0;
  #accounts = 0;
  #events = 0;
  readonly #parked: ReadonlyMap<string, ParkedAccount>;

  constructor(
    tables: TableSnapshot,
    private readonly user: string | null,
    private readonly found: OnDifference,
    private readonly progress: (lines: number) => void,
  ) {
    this.#parked = tables.parked;
    const open = (table: TableName) => new RowsByUser(tables.rows(table, user));
    this.#tables = {
      transactions: open('transactions'),
      accounts: open('accounts'),
      batches: open('batches'),
      consumptions: open('consumptions'),
    };
  }

  get result(): ComparisonResult {
    const all = [...this.#parked.values()];
    const parked = all.filter(({ user }) => this.user === null || user === this.user);
    return { rows: this.#rows, accounts: this.#accounts, events: this.#events, parked };
  }

  add(stored: StoredEvent): Promise<void> | void {
    const user = userOfStream(stored.stream);
    if (user === null) return;
    if (this.#expected?.user === user) return this.#addEvent(this.#expected.rows, stored);
    return this.#beginAccount(user, stored);
  }

  async finish(): Promise<void> {
    await this.#finishAccount();
    for (;;) {
      const user = await this.#nextUser();
      if (user === null) return;
      await this.#compareAccount(user, null);
    }
  }

  async #beginAccount(user: string, stored: StoredEvent): Promise<void> {
    await this.#finishAccount();
    for (;;) {
      const other = await this.#nextUser();
      if (other === null || other >= user) break;
      await this.#compareAccount(other, null);
    }
    this.#accounts += 1;
    this.#expected = { user, rows: new ExpectedRows(user) };
    this.#addEvent(this.#expected.rows, stored);
  }

  #addEvent(rows: ExpectedRows, stored: StoredEvent): void {
    const parked = this.#parked.get(rows.user);
    if (parked !== undefined && stored.revision >= parked.revision) return;
    this.#events += 1;
    try {
      rows.add(stored);
    } catch (error) {
      if (!(error instanceof BrokenRule || error instanceof UnreadableEvent)) throw error;
      const at = `${stored.stream} revision ${stored.revision}`;
      throw new CannotCheckError(`${at}: ${error.message}: verify the events first`, {
        cause: error,
      });
    }
  }

  async #finishAccount(): Promise<void> {
    if (this.#expected === null) return;
    await this.#compareAccount(this.#expected.user, this.#expected.rows);
    this.#expected = null;
  }

  /** The first user that any table has rows of which were not looked at. */
  async #nextUser(): Promise<string | null> {
    let first: string | null = null;
    for (const table of TABLES) {
      const user = await this.#tables[table].nextUser();
      if (user !== null && (first === null || user < first)) first = user;
    }
    return first;
  }

  async #compareAccount(user: string, expected: ExpectedRows | null): Promise<void> {
    const parked = this.#parked.get(user);
    // Of a stream that is gone, or that is not whole, nothing says what should stand.
    const isWhole = parked === undefined || (expected?.events ?? 0) === parked.revision;
    const ids = new Map<number, number>();
    for (const table of TABLES) {
      const rows = await this.#tables[table].take(user);
      const found = new Map(rows.map((row) => [rowKey(table, row), row]));
      if (table === 'transactions') {
        this.progress((this.#lines += rows.length));
        for (const row of rows)
          if (row['line'] === 0) ids.set(Number(row['revision']), Number(row['id']));
      }
      if (found.size < rows.length) this.#reportDuplicates(table, user, rows);
      const expectedRows =
        expected?.rowsOf(table, (revision) => ids.get(revision)) ?? new Map<string, Row>();
      if (isWhole) {
        for (const difference of rowDifferences(table, user, expectedRows, found))
          this.found(difference);
      }
      this.#rows += rows.length;
    }
  }

  #reportDuplicates(table: TableName, user: string, rows: readonly Row[]): void {
    const seen = new Set<string>();
    for (const found of rows) {
      const row = rowKey(table, found);
      if (seen.has(row)) {
        const values = JSON.stringify(found);
        this.found({
          kind: 'extra',
          table,
          user,
          row,
          column: null,
          expected: null,
          found: values,
        });
      }
      seen.add(row);
    }
  }
}

const KEY_COLUMNS: Readonly<Record<TableName, readonly string[]>> = {
  transactions: ['revision', 'line'],
  accounts: ['user_id'],
  batches: ['batch_id'],
  consumptions: ['revision'],
};

const rowKey = (table: TableName, row: Row): string =>
  KEY_COLUMNS[table].map((column) => String(row[column])).join('/');

/** The rows of one table, user by user. */
class RowsByUser {
  readonly #rows: AsyncIterator<Row>;
  #ahead: Row | null | undefined;

  constructor(rows: AsyncIterable<Row>) {
    this.#rows = rows[Symbol.asyncIterator]();
  }

  async nextUser(): Promise<string | null> {
    if (this.#ahead === undefined) await this.#advance();
    return this.#ahead === null ? null : String(this.#ahead?.['user_id']);
  }

  async take(user: string): Promise<Row[]> {
    const taken: Row[] = [];
    while ((await this.nextUser()) === user) {
      if (this.#ahead) taken.push(this.#ahead);
      await this.#advance();
    }
    return taken;
  }

  async #advance(): Promise<void> {
    const next = await this.#rows.next();
    this.#ahead = next.done === true ? null : next.value;
  }
}
