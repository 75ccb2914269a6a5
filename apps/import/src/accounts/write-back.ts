import pg from 'pg';
import type { BatchColumns, Mapping } from '#import';
import type { NewTransactionRow } from '#read-model';
import { ROW_COLUMNS, type OldTable, type OldTables } from '../source/old-tables.js';
import { spellingsOf } from '../source/user-key.js';
import type { BatchHere, ChangesSinceOpening } from './changes-since-opening.js';

/**
 * Writes what became of an account since it was opened into tables of the old shape, in the transaction of
 * the client: batches with what is left in them, rows with ids of the old sequence, and durations.
 */
export async function writeBack(
  client: pg.ClientBase,
  { rows, batches }: OldTables,
  mapping: Mapping,
  since: ChangesSinceOpening,
): Promise<void> {
  await client.query("select set_config('timezone', $1, true)", [timezoneOf(mapping)]);
  const ids =
    batches === null || mapping.batches === undefined
      ? oldIdsOf(since)
      : await writeBatches(client, batches, mapping.batches, since);
  await writeRows(client, rows, since, ids);
  if (hasDuration(rows)) await writeDurations(client, rows, since);
}

/** Of columns that tell no zone. An offset alone would mean the opposite to Postgres. */
const timezoneOf = ({ zone = 'UTC' }: Mapping): string =>
  /^[+-]/.test(zone) ? `INTERVAL '${zone}'` : zone;

/** What the old table calls a batch, by its number here. */
type BatchIds = Map<number, string>;

const oldIdsOf = ({ batches }: ChangesSinceOpening): BatchIds =>
  new Map(
    [...batches.values()].flatMap(({ batchId, legacyBatchId }) =>
      legacyBatchId === null ? [] : [[batchId, legacyBatchId]],
    ),
  );

const hasDuration = ({ columns }: OldTable): boolean =>
  columns[1 + ROW_COLUMNS.indexOf('duration')] !== 'null';

const ROWS_PER_INSERT = 1_000;
/** Casts tell the zone of a time to a column that has none. */
const TYPES = {
  type: 'text',
  amount: 'integer',
  balance_before: 'integer',
  balance_after: 'integer',
  source_type: 'text',
  source_id: 'text',
  batch_id: 'bigint',
  duration: 'double precision',
  description: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const satisfies Record<Exclude<(typeof ROW_COLUMNS)[number], 'id'>, string>;
const WRITTEN = Object.keys(TYPES) as (keyof typeof TYPES)[];

/** New ids are those of the old sequence, by the default of the column, in the order of the rows. */
async function writeRows(
  client: pg.ClientBase,
  table: OldTable,
  { rows, userId }: ChangesSinceOpening,
  ids: BatchIds,
): Promise<void> {
  const columns = WRITTEN.filter((column) => column !== 'duration' || hasDuration(table));
  const typed = columns.map((column) => `${column} ${TYPES[column]}`).join(', ');
  const insert = `insert into ${table.name} (user_id, ${columns.join(', ')})
    select $2::uuid, ${columns.join(', ')}
    from rows from (json_to_recordset($1) as (${typed})) with ordinality order by ordinality`;
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    const part = rows.slice(from, from + ROWS_PER_INSERT).map((row) => oldRow(row, ids));
    await client.query(insert, [JSON.stringify(part), userId]);
  }
}

/** A number of ours that the old table has another id for, which rows can name only where it is a number. */
function oldRow(row: NewTransactionRow, ids: BatchIds) {
  const { batch_id: number } = row;
  const id = number === null ? null : (ids.get(number) ?? String(number));
  return { ...row, batch_id: id !== null && BIGINT.test(id) ? id : null };
}

const BIGINT = /^-?\d{1,19}$/;

/** Of old rows whose consumption was settled here. */
async function writeDurations(
  client: pg.ClientBase,
  table: OldTable,
  { durations, userId }: ChangesSinceOpening,
): Promise<void> {
  if (durations.size === 0) return;
  const filled = [...durations].map(([id, { duration, updatedAt }]) => ({
    filled_id: id,
    filled: duration,
    filled_at: updatedAt,
  }));
  await client.query(
    `update ${table.name} set duration = filled, updated_at = filled_at
     from json_to_recordset($2) as settled
       (filled_id bigint, filled double precision, filled_at timestamptz)
     where ${table.ofUser} and id = filled_id`,
    [spellingsOf(userId), JSON.stringify(filled)],
  );
}

/**
 * The batches of the user have what is left in them here, and nothing otherwise. One that is new, has points
 * left or is named by a row, gets an id by the default of the column, where it has one.
 */
async function writeBatches(
  client: pg.ClientBase,
  table: OldTable,
  columns: BatchColumns,
  since: ChangesSinceOpening,
): Promise<BatchIds> {
  const ids = oldIdsOf(since);
  const spellings = spellingsOf(since.userId);
  const remaining = pg.escapeIdentifier(columns.remaining);
  await client.query(
    `update ${table.name} set ${remaining} = 0
     where ${table.ofUser} and ${remaining}::text is distinct from '0'`,
    [spellings],
  );
  const insert = await BatchInsert.prepare(client, table, columns, since.userId);
  for (const [id, batch] of oldBatches(since)) {
    if (batch.remaining === 0) continue;
    // Where several have the id, one of them gets what is left in all.
    const { rowCount } = await client.query(
      `update ${table.name} set ${remaining} = $2 where (tableoid, ctid) = (
         select tableoid, ctid from ${table.name}
         where ${table.ofUser} and ${pg.escapeIdentifier(columns.id)}::text = $3 limit 1)`,
      [spellings, batch.remaining, id],
    );
    if (rowCount === 0) await insert.run(batch, id);
  }
  const named = new Set(since.rows.map(({ batch_id: number }) => number));
  for (const batch of since.batches.values()) {
    const { batchId, legacyBatchId, remaining: left } = batch;
    if (legacyBatchId !== null || (left === 0 && !named.has(batchId))) continue;
    ids.set(batchId, await insert.run(batch, null));
  }
  return ids;
}

/** Those that the old table or its rows name, by their id there. */
function oldBatches({ batches }: ChangesSinceOpening): ReadonlyMap<string, BatchHere> {
  const byId = new Map<string, BatchHere>();
  for (const batch of batches.values()) {
    if (batch.legacyBatchId === null) continue;
    const other = byId.get(batch.legacyBatchId);
    const remaining = batch.remaining + (other?.remaining ?? 0);
    byId.set(batch.legacyBatchId, { ...batch, remaining });
  }
  return byId;
}

interface BatchColumn {
  readonly name: string;
  readonly type: string;
  readonly has_default: boolean;
  readonly is_nullable: boolean;
}

/** A day that every client can read: what lasts for ever in a column that has to say when it ends. */
const NEVER = '9999-12-30T00:00:00.000Z';

/** Inserts batches as the columns of the table are. */
class BatchInsert {
  readonly #client: pg.ClientBase;
  readonly #table: OldTable;
  readonly #columns: BatchColumns;
  readonly #user: string;
  readonly #known: ReadonlyMap<string, BatchColumn>;

  private constructor(
    client: pg.ClientBase,
    table: OldTable,
    columns: BatchColumns,
    user: string,
    known: ReadonlyMap<string, BatchColumn>,
  ) {
    this.#client = client;
    this.#table = table;
    this.#columns = columns;
    this.#user = user;
    this.#known = known;
  }

  /** The user is spelled as in the batches that are there, or the table would spell it in two ways. */
  static async prepare(
    client: pg.ClientBase,
    table: OldTable,
    columns: BatchColumns,
    userId: string,
  ): Promise<BatchInsert> {
    const spelled = await client.query<{ user: string }>(
      `select ${table.columns[0]} as user from ${table.name} where ${table.ofUser} limit 1`,
      [spellingsOf(userId)],
    );
    const known = await client.query<BatchColumn>(
      `select attname as name, atttypid::regtype::text as type, not attnotnull as is_nullable,
         atthasdef or attidentity <> '' as has_default
       from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [table.name],
    );
    const byName = new Map(known.rows.map((column) => [column.name, column]));
    return new BatchInsert(client, table, columns, spelled.rows[0]?.user ?? userId, byName);
  }

  /** Returns the id. null: the column gives one, or it is the number here. */
  async run(batch: BatchHere, id: string | null): Promise<string> {
    const columns = this.#columns;
    const given = id ?? (this.#known.get(columns.id)?.has_default ? null : String(batch.batchId));
    const all: readonly (readonly [string | undefined, unknown])[] = [
      [columns.id, given],
      [columns.user, this.#user],
      [columns.remaining, batch.remaining],
      [columns.expiresAt, batch.expiresAt ?? this.#never()],
      [columns.points, batch.points],
      [columns.priority, batch.priority],
      [columns.rechargeId, batch.rechargeId],
      [columns.sourceId, batch.sourceId],
      [columns.createdAt, batch.createdAt],
    ];
    // One column may serve for two, and says what is known.
    const named = new Map<string, unknown>();
    for (const [column, value] of all) {
      if (column !== undefined && value !== null) named.set(column, value);
    }
    const names = [...named.keys()].map(pg.escapeIdentifier).join(', ');
    const values = [...named.keys()].map((column, index) => this.#value(column, index + 1));
    const { rows } = await this.#client.query<{ id: string }>(
      `insert into ${this.#table.name} (${names}) overriding system value
       values (${values.join(', ')}) returning ${pg.escapeIdentifier(columns.id)}::text as id`,
      [...named.values()],
    );
    return rows[0]?.id ?? String(batch.batchId);
  }

  #never(): string | null {
    return this.#known.get(this.#columns.expiresAt)?.is_nullable === false ? NEVER : null;
  }

  /** The cast tells the zone to a column that has none. A date lasts to its end. */
  #value(column: string, place: number): string {
    const { expiresAt, createdAt } = this.#columns;
    if (column !== expiresAt && column !== createdAt) return `$${place}`;
    const isDay = column === expiresAt && this.#known.get(column)?.type === 'date';
    return isDay ? `$${place}::timestamptz - interval '1 microsecond'` : `$${place}::timestamptz`;
  }
}
