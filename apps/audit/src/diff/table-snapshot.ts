import pg from 'pg';
import type { Position } from '#event-store';
import {
  ACCOUNTS,
  BATCHES,
  CONSUMPTIONS,
  RECHARGES,
  TRANSACTIONS,
  columnNames,
  type Table,
} from '#read-model';
import { CannotCheckError, cannotCheckError } from '../store/errors.js';
import { prefetchPages } from '../store/prefetch-pages.js';
import { canonicalJson, type Row, type TableName, type Value } from './row-differences.js';

/** The name of this ledger's tables. One database can hold the tables of several ledgers. */
const LEDGER_NAME = 'points';
const ROWS_PER_FETCH = 2_000;
const CONNECT_TIMEOUT_MS = 20_000;

type ParseColumn = (text: string) => Value;
const text: ParseColumn = (value) => value;
const number: ParseColumn = Number;
const flag: ParseColumn = (value) => value === 't';

/** Formats `2030-01-01 12:00:00.5+00` like events do, with microseconds where there are any. */
const time: ParseColumn = (value) => {
  const digits = value.slice(20, -3);
  const fraction = digits.padEnd(digits.length > 3 ? 6 : 3, '0');
  return `${value.slice(0, 10)}T${value.slice(11, 19)}.${fraction}Z`;
};

/** By the types of Postgres. */
const PARSERS: Readonly<Record<string, ParseColumn>> = {
  boolean: flag,
  smallint: number,
  integer: number,
  bigint: number,
  'double precision': number,
  uuid: text,
  text,
  timestamptz: time,
  jsonb: (value) => canonicalJson(JSON.parse(value) as object),
};

/** Ids of another service, which may be beyond what a number holds. */
const LEGACY_IDS: ReadonlySet<string> = new Set(['legacy_id', 'legacy_through']);

function columnParsers<R>(table: Table<R>): Readonly<Record<string, ParseColumn>> {
  const parsers = columnNames(table).map((name) => {
    const parse = LEGACY_IDS.has(name) ? text : PARSERS[table.columns[name].type.name];
    if (parse === undefined) throw new Error(`a bug: the column ${name} has a type without parser`);
    return [name, parse] as const;
  });
  return Object.fromEntries(parsers);
}

/**
 * Derived from the tables as the projector declares them, so that no column is left out. What their
 * values must be is computed by the auditor from the events.
 */
const COLUMNS: Readonly<Record<TableName, Readonly<Record<string, ParseColumn>>>> = {
  transactions: columnParsers(TRANSACTIONS),
  accounts: columnParsers(ACCOUNTS),
  batches: columnParsers(BATCHES),
  consumptions: columnParsers(CONSUMPTIONS),
  recharges: columnParsers(RECHARGES),
};

const VIEWS: Readonly<Record<TableName, readonly [view: string, order: string]>> = {
  transactions: ['mjk_point_transaction_lines', 'user_id, id desc'],
  accounts: ['mjk_point_accounts', 'user_id'],
  batches: ['mjk_point_batches', 'user_id, batch_id'],
  consumptions: ['mjk_point_consumptions', 'user_id, revision'],
  recharges: ['mjk_point_recharges', 'user_id, revision'],
};

/** How far the tables follow the events. */
export interface TableCheckpoint {
  /** null: the tables are empty. */
  readonly position: Position | null;
  readonly lastId: number;
  /** Ids follow on this one: another than 0 where rows were numbered otherwise before. */
  readonly idsAfter: number;
  /** Whether accounts were unparked since the tables were built. Their rows have later ids. */
  readonly wasUnparked: boolean;
  /** Tables from before there were recharges have one only where it was reversed since. */
  readonly hasAllRecharges: boolean;
}

/** An account whose events from `revision` on are left out of the tables. */
export interface ParkedAccount {
  readonly user: string;
  readonly revision: number;
  readonly code: string;
  readonly since: string;
}

/** All read tables and their checkpoint as of one moment, while the projector goes on writing. */
export class TableSnapshot {
  #cursors = 0;
  #lastQuery: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly client: pg.Client,
    readonly checkpoint: TableCheckpoint,
    /** By user. */
    readonly parked: ReadonlyMap<string, ParkedAccount>,
  ) {}

  static async open(url: string): Promise<TableSnapshot> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'points-ledger audit',
      types: { getTypeParser: () => (value: string) => value },
    });
    // Without a listener a lost connection would end the process. The running query reports it.
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query(`set timezone = 'UTC'; set cursor_tuple_fraction = 0;
        set extra_float_digits = 1; set datestyle = 'ISO'`);
      await client.query('begin isolation level repeatable read read only');
      const checkpoint = await readCheckpoint(client);
      await requireMigrated(client);
      return new TableSnapshot(client, checkpoint, await readParkedAccounts(client));
    } catch (cause) {
      await client.end().catch(() => {});
      if (cause instanceof CannotCheckError) throw cause;
      throw cannotCheckError("the read tables can't be read", cause);
    }
  }

  /** The rows of one user, or (null) of all users in order. */
  async *rows(table: TableName, user: string | null): AsyncGenerator<Row, void, undefined> {
    const columns = COLUMNS[table];
    const [view, order] = VIEWS[table];
    const names = Object.keys(columns).join(', ');
    const where = user === null ? '' : `where user_id = '${user}'`;
    const select = `select ${names} from ${view} ${where} order by ${order}`;
    for await (const cells of this.#fetch(select)) yield parseRow(columns, cells);
  }

  /** Every row of the statement in order of its id, with its event and line. */
  async *ids(): AsyncGenerator<readonly [number, string, number, number], void, undefined> {
    const select = `select id, user_id, revision, line from mjk_point_transaction_lines order by id`;
    for await (const [id, user, revision, line] of this.#fetch(select)) {
      yield [Number(id), user ?? '', Number(revision), Number(line)];
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  async *#fetch(select: string): AsyncGenerator<readonly (string | null)[], void, undefined> {
    const cursor = `c${this.#cursors++}`;
    await this.#query(`declare ${cursor} no scroll cursor for ${select}`);
    const pages = prefetchPages(async () => {
      const page = await this.#query(`fetch ${ROWS_PER_FETCH} from ${cursor}`);
      return { page, next: page.length < ROWS_PER_FETCH ? null : cursor };
    });
    for await (const page of pages) yield* page;
    await this.#query(`close ${cursor}`);
  }

  /** Runs one query at a time: one moment can only be seen through one connection. */
  #query(text: string): Promise<(string | null)[][]> {
    const result = this.#lastQuery.then(async () => {
      const query = { text, rowMode: 'array' as const };
      return (await this.client.query<(string | null)[]>(query)).rows;
    });
    this.#lastQuery = result.catch(() => {}); // the caller gets the error
    return result;
  }
}

async function readCheckpoint(client: pg.Client): Promise<TableCheckpoint> {
  // Tables of an older version have none of the three columns.
  const { rows } = await client.query<{
    position: Position | null;
    last_id: string;
    unparked: string;
    ids_after: string;
    has_all_recharges: string;
  }>(
    `select position, last_id, coalesce(to_jsonb(c) ->> 'unparked', '0') as unparked,
       coalesce(to_jsonb(c) ->> 'ids_after', '0') as ids_after,
       coalesce(to_jsonb(c) ->> 'has_all_recharges', 'false') as has_all_recharges
     from mjk_point_checkpoints c where name = $1 and state = 'live'`,
    [LEDGER_NAME],
  );
  const [row] = rows;
  if (row === undefined) throw new CannotCheckError('there are no read tables in this database');
  const wasUnparked = row.unparked !== '0';
  const [lastId, idsAfter] = [Number(row.last_id), Number(row.ids_after)];
  const hasAllRecharges = row.has_all_recharges === 'true';
  return { position: row.position, lastId, idsAfter, wasUnparked, hasAllRecharges };
}

/** Tables of an earlier release lack what the newest events lead to. */
async function requireMigrated(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `select from pg_attribute
     where attrelid = to_regclass('mjk_point_accounts') and attname = 'take_over'
       and to_regclass('mjk_point_recharges') is not null`,
  );
  if (rows.length > 0) return;
  throw new CannotCheckError(
    'the read tables are of an earlier release: compare them with its auditor, or migrate first',
  );
}

async function readParkedAccounts(client: pg.Client): Promise<ReadonlyMap<string, ParkedAccount>> {
  const { rows: regclass } = await client.query<{ name: string | null }>(
    `select to_regclass('mjk_point_parked_accounts')::text as name`,
  );
  if (regclass[0]?.name == null) return new Map();
  const { rows } = await client.query<Record<'user_id' | 'revision' | 'code' | 'since', string>>(
    `select p.user_id, p.revision, p.code, p.since
     from mjk_point_parked_accounts p join mjk_point_checkpoints c using (name, version)
     where name = $1 and c.state = 'live' order by p.user_id`,
    [LEDGER_NAME],
  );
  return new Map(
    rows.map(({ user_id: user, revision, code, since }) => [
      user,
      { user, revision: Number(revision), code, since: time(since) as string },
    ]),
  );
}

function parseRow(
  columns: Readonly<Record<string, ParseColumn>>,
  cells: readonly (string | null)[],
): Row {
  const row: Record<string, Value> = {};
  let at = 0;
  for (const name in columns) {
    const cell = cells[at++] ?? null;
    row[name] = cell === null ? null : (columns[name]?.(cell) ?? null);
  }
  return row;
}
