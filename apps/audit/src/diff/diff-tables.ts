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
  type RowsByKey,
  type TableName,
  type OnDifference,
} from './row-differences.js';
import { ExpectedRows } from './expected-rows.js';
import { compareRowIds } from './compare-row-ids.js';
import type { ParkedAccount, TableSnapshot } from './table-snapshot.js';

export interface ComparisonResult {
  /** Of the statement, the accounts, the batches and the consumptions. */
  readonly rows: number;
  /** Rows of recharges; absent where all accounts go by rules 1, under which they repeat their batches. */
  readonly recharges?: number;
  readonly accounts: number;
  readonly events: number;
  /** Parked accounts: the tables leave out their later events, and so does the comparison. */
  readonly parked: readonly ParkedAccount[];
}

const ACCOUNTS_PER_PARTITION = 1_000;

/**
 * Compares the read tables with the events up to exactly the checkpoint of the tables, account by
 * account. Without a user (null) it compares all accounts and also the ids of all rows.
 */
export async function diffTables(
  source: EventSource,
  tables: TableSnapshot,
  user: string | null,
  onDifference: OnDifference,
  progress: (lines: number) => void = () => {},
  onDamage?: OnDamage,
): Promise<ComparisonResult> {
  const { position } = tables.checkpoint;
  const comparison = new TableComparison(tables, user, onDifference, progress);
  if (position !== null) {
    for await (const page of eventsOf(source, user, position, onDamage)) {
      for (const stored of page) await comparison.add(stored);
    }
  }
  await comparison.finish();
  if (user === null) await compareRowIds(source, tables, onDifference);
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
  for await (const partition of partitionsOf(source, position)) {
    yield* source.accountEvents(partition, position, onDamage);
  }
}

async function* partitionsOf(
  source: EventSource,
  position: Position,
): AsyncIterable<AccountPartition> {
  const partitions = source.partitions();
  if (partitions !== null) {
    yield* partitions;
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

/** Merges the events with the rows of each table. Both are in order of user, so neither is held in memory. */
class TableComparison {
  readonly #tables: Readonly<Record<TableName, RowsByUser>>;
  #expected: { readonly user: string; readonly rows: ExpectedRows } | null = null;
  #rows = 0;
  #recharges = 0;
  #isOfRules2 = false;
  /** Rows of the statement. Most rows are of this table, so the progress counts them. */
  #lines = 0;
  #accounts = 0;
  #events = 0;
  readonly #parked: ReadonlyMap<string, ParkedAccount>;

  constructor(
    private readonly snapshot: TableSnapshot,
    private readonly user: string | null,
    private readonly onDifference: OnDifference,
    private readonly progress: (lines: number) => void,
  ) {
    this.#parked = snapshot.parked;
    const open = (table: TableName) => new RowsByUser(snapshot.rows(table, user));
    this.#tables = {
      transactions: open('transactions'),
      accounts: open('accounts'),
      batches: open('batches'),
      consumptions: open('consumptions'),
      recharges: open('recharges'),
    };
  }

  get result(): ComparisonResult {
    const all = [...this.#parked.values()];
    const parked = all.filter(({ user }) => this.user === null || user === this.user);
    return {
      rows: this.#rows,
      ...(this.#isOfRules2 && { recharges: this.#recharges }),
      accounts: this.#accounts,
      events: this.#events,
      parked,
    };
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
    if (this.#expected.rows.rules === 2) this.#isOfRules2 = true;
    await this.#compareAccount(this.#expected.user, this.#expected.rows);
    this.#expected = null;
  }

  /** The first user of whom any table still has rows. */
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
    // If the stream of a parked account is not whole, the expected rows are unknown.
    const isWhole = parked === undefined || (expected?.events ?? 0) === parked.revision;
    const ids = new Map<string, number>();
    for (const table of TABLES) {
      const rows = await this.#tables[table].take(user);
      const found = new Map(rows.map((row) => [rowKey(table, row), row]));
      if (table === 'transactions') {
        this.progress((this.#lines += rows.length));
        for (const row of rows) ids.set(rowKey(table, row), Number(row['id']));
      }
      if (found.size < rows.length) this.#reportDuplicates(table, user, rows);
      const expectedRows =
        expected?.rowsOf(table, (revision, line = 0) => ids.get(`${revision}/${line}`)) ??
        new Map<string, Row>();
      if (isWhole) {
        for (const difference of rowDifferences(table, user, expectedRows, found))
          if (!this.#isUnwritten(difference, expectedRows)) this.onDifference(difference);
      }
      if (table === 'recharges') this.#recharges += rows.length;
      else this.#rows += rows.length;
    }
  }

  /** A recharge that was never reversed has no row in tables that were built before there were any. */
  #isUnwritten({ kind, table, row }: Difference, expected: RowsByKey): boolean {
    return (
      kind === 'missing' &&
      table === 'recharges' &&
      !this.snapshot.checkpoint.hasAllRecharges &&
      expected.get(row)?.['reversed'] === 0
    );
  }

  #reportDuplicates(table: TableName, user: string, rows: readonly Row[]): void {
    const seen = new Set<string>();
    for (const found of rows) {
      const row = rowKey(table, found);
      if (seen.has(row)) {
        const values = JSON.stringify(found);
        this.onDifference({
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
  recharges: ['revision'],
};

const rowKey = (table: TableName, row: Row): string =>
  KEY_COLUMNS[table].map((column) => String(row[column])).join('/');

/** Takes the rows of one table user by user, reading one row ahead. */
class RowsByUser {
  readonly #rows: AsyncIterator<Row>;
  #next: Row | null | undefined;

  constructor(rows: AsyncIterable<Row>) {
    this.#rows = rows[Symbol.asyncIterator]();
  }

  async nextUser(): Promise<string | null> {
    if (this.#next === undefined) await this.#advance();
    return this.#next === null ? null : String(this.#next?.['user_id']);
  }

  async take(user: string): Promise<Row[]> {
    const taken: Row[] = [];
    while ((await this.nextUser()) === user) {
      if (this.#next) taken.push(this.#next);
      await this.#advance();
    }
    return taken;
  }

  async #advance(): Promise<void> {
    const next = await this.#rows.next();
    this.#next = next.done === true ? null : next.value;
  }
}
