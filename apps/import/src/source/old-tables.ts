import pg from 'pg';
import {
  consumptionColumns,
  rowsTable,
  type BatchColumns,
  type JobColumns,
  type Mapping,
} from '#import';
import { CannotImportError } from '../errors.js';

/** A table whose columns were found: what of it is read, sorted by user. */
export interface OldTable {
  readonly name: string;
  /** What the columns behind the user are. */
  readonly fields: readonly string[];
  /** The expressions that are read, as text; the first is the user as the table spells it. */
  readonly columns: readonly string[];
  readonly order: readonly string[];
  /**
   * Reads the columns. They have names of their own: behind `order by`, the name of a column as it stands
   * in the table would mean its text.
   */
  readonly select: string;
  /** Finds the rows of one user, by all spellings of the id as `$1`. An index on the user serves it. */
  readonly ofUser: string;
  /** The column that has the user. */
  readonly user: string;
}

export interface OldTables {
  readonly rows: OldTable;
  /** null: the mapping names no such table. */
  readonly batches: OldTable | null;
  readonly jobs: OldTable | null;
}

/** The columns of the old table of rows, in the order in which they are read. */
export const ROW_COLUMNS = [
  'id',
  'type',
  'amount',
  'balance_before',
  'balance_after',
  'source_type',
  'source_id',
  'batch_id',
  'duration',
  'description',
  'created_at',
  'updated_at',
] as const;

/** Migration 95eb1a1c0af9 adds it. */
const OPTIONAL_COLUMN = 'duration';

/** The columns of a batch that a mapping can name, in the order in which they are read. */
const BATCH_FIELDS = [
  'id',
  'remaining',
  'expiresAt',
  'points',
  'priority',
  'rechargeId',
  'sourceId',
  'createdAt',
] as const;

/** Finds the tables and columns that a mapping names. Throws with every one that is missing. */
export async function findTables(client: pg.Client, mapping: Mapping): Promise<OldTables> {
  const faults: string[] = [];
  const open = async (table: string, field: string): Promise<TableColumns | null> => {
    const found = await columnsOf(client, table);
    if (found === null) {
      faults.push(`${field} names ${table}: there is no such table in the old database`);
    }
    return found;
  };
  const rows = await open(rowsTable(mapping), 'rows.table');
  const batches = mapping.batches && (await open(mapping.batches.table, 'batches.table'));
  const jobs = mapping.jobs && (await open(mapping.jobs.table, 'jobs.table'));
  const tables = {
    rows: rows && rowTable(rows, mapping, faults),
    batches: batches && mapping.batches ? batchTable(batches, mapping.batches, faults) : null,
    jobs: jobs && mapping.jobs ? jobTable(jobs, mapping.jobs, faults) : null,
  };
  if (tables.rows === null || faults.length > 0) throw new CannotImportError(faults.join('\n'));
  return { ...tables, rows: tables.rows };
}

interface TableColumns {
  readonly name: string;
  readonly types: ReadonlyMap<string, ColumnType>;
}

interface ColumnType {
  readonly isUuid: boolean;
  readonly isNullable: boolean;
}

const COLUMNS_QUERY = `select a.attname as name, a.atttypid = 'uuid'::regtype as is_uuid,
    not a.attnotnull as is_nullable
  from pg_attribute a where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped`;

async function columnsOf(client: pg.Client, table: string): Promise<TableColumns | null> {
  const name = table.split('.').map(pg.escapeIdentifier).join('.');
  const { rows } = await client.query<{ name: string; is_uuid: boolean; is_nullable: boolean }>(
    COLUMNS_QUERY,
    [name],
  );
  if (rows.length === 0) return null;
  const types = rows.map(
    (row) => [row.name, { isUuid: row.is_uuid, isNullable: row.is_nullable }] as const,
  );
  return { name, types: new Map(types) };
}

function rowTable(table: TableColumns, mapping: Mapping, faults: string[]): OldTable {
  const read = ROW_COLUMNS.map((column) =>
    column === OPTIONAL_COLUMN && !table.types.has(column)
      ? 'null'
      : asText(table, column, 'rows.table', faults),
  );
  const ids = consumptionColumns(mapping).map((column, index) =>
    asText(table, column, `consumption.${index}`, faults),
  );
  const sorted = sortedByUser(table, 'user_id', 'rows.table', [...read, ...ids], 'id', faults);
  return { ...sorted, fields: ROW_COLUMNS };
}

function batchTable(table: TableColumns, columns: BatchColumns, faults: string[]): OldTable {
  const fields = BATCH_FIELDS.filter((field) => columns[field] !== undefined);
  const read = fields.map((field) =>
    asText(table, columns[field] ?? '', `batches.${field}`, faults),
  );
  const sorted = sortedByUser(table, columns.user, 'batches.user', read, columns.id, faults);
  return { ...sorted, fields };
}

function jobTable(table: TableColumns, columns: JobColumns, faults: string[]): OldTable {
  const ids = columns.id.map((column, index) => asText(table, column, `jobs.id.${index}`, faults));
  const settleBy =
    columns.settleBy === undefined
      ? // Rows are sorted by it, and Postgres sorts by no constant without a type.
        'null::text'
      : asText(table, columns.settleBy, 'jobs.settleBy', faults);
  const sorted = sortedByUser(table, columns.user, 'jobs.user', [...ids, settleBy], null, faults);
  return { ...sorted, fields: columns.id };
}

function asText(table: TableColumns, column: string, field: string, faults: string[]): string {
  if (!table.types.has(column)) {
    const known = [...table.types.keys()].join(', ');
    faults.push(`${field}: ${table.name} has no column ${column}. It has ${known}`);
  }
  return `${pg.escapeIdentifier(column)}::text`;
}

/** By the user, however a table spells it, so that spellings of one user stand together. */
function sortedByUser(
  table: TableColumns,
  user: string,
  field: string,
  columns: readonly string[],
  id: string | null,
  faults: string[],
): Omit<OldTable, 'fields'> {
  const spelled = asText(table, user, field, faults);
  const type = table.types.get(user);
  const quoted = pg.escapeIdentifier(user);
  const byUser =
    type?.isUuid === true
      ? // Of a column that can't be null, an index may have this order.
        quoted + (type.isNullable ? ' nulls first' : '')
      : `translate(lower(coalesce(${spelled}, '')), '{}-', '') collate "C"`;
  const order = [byUser, ...(id === null ? columns : [pg.escapeIdentifier(id)])];
  const ofUser = `${quoted} = any($1::${type?.isUuid === true ? 'uuid' : 'text'}[])`;
  const all = [spelled, ...columns];
  const named = all.map((column, index) => `${column} as c${index}`).join(', ');
  const select = `select ${named} from ${table.name}`;
  return { name: table.name, columns: all, order, select, ofUser, user };
}
