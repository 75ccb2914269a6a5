import { copyColumn, type CopyColumn } from '#bytes/postgres';

import type { ColumnType } from './column-types.js';

/**
 * A column is described once: everything that names it in SQL, sends its values or reads them back is
 * derived from this. `valueOf` is a function of its own, because reading a property by a computed name
 * takes three times as long, and writing rows is most of what the projector does.
 */
export interface Column<Row, T> {
  readonly type: ColumnType<Exclude<T, null>>;
  readonly constraint: string;
  readonly valueOf: (row: Row) => T;
}

export interface Table<Row> {
  /** Without the version that its real name ends with. */
  readonly name: string;
  readonly columns: { readonly [K in keyof Row & string]-?: Column<Pick<Row, K>, Row[K]> };
  /** Columns that the database computes, declared after the others. */
  readonly generated: Readonly<Record<string, string>>;
  /**
   * Columns that a later release added. They are declared after the generated ones, where a migration puts
   * them, so that all versions have their columns in the same order.
   */
  readonly added?: readonly (keyof Row & string)[];
  /** SQL expressions for what readers see instead of the column, by its name. */
  readonly readAs?: Readonly<Record<string, string>>;
  /** A key of several columns, declared after them. */
  readonly primaryKey?: readonly (keyof Row & string)[];
  readonly fillfactor?: number;
}

type Value = string | number | boolean | object;

export const column = <Row, T extends Value>(
  type: ColumnType<T>,
  valueOf: (row: Row) => T,
  constraint = 'not null',
): Column<Row, T> => ({ type: type, valueOf, constraint });

export const nullableColumn = <Row, T extends Value>(
  type: ColumnType<T>,
  valueOf: (row: Row) => T | null,
): Column<Row, T | null> => ({
  type: type,
  valueOf,
  constraint: '',
});

export const columnNames = <Row>({ columns }: Table<Row>): readonly (keyof Row & string)[] =>
  Object.keys(columns) as (keyof Row & string)[];

/** The names of a table, whatever its rows are. */
export interface NamedColumns {
  readonly columns: object;
  readonly generated: Readonly<Record<string, string>>;
  readonly added?: readonly string[];
  readonly readAs?: Readonly<Record<string, string>>;
}

/** All columns of the table, generated ones too, in the order in which they are declared. */
export function declaredNames({ columns, generated, added = [] }: NamedColumns): readonly string[] {
  const first = Object.keys(columns).filter((name) => !added.includes(name));
  return [...first, ...Object.keys(generated), ...added];
}

/** An SQL expression for what readers see of a column. */
export const readColumn = ({ readAs }: NamedColumns, name: string): string =>
  readAs?.[name] ?? name;

/** Columns as they are listed in SQL. */
export const columnList = (names: readonly string[], alias?: string): string =>
  names.map((name) => (alias === undefined ? name : `${alias}.${name}`)).join(', ');

/** The table of one version. */
export const versionOf = (table: { readonly name: string }, version: number): string =>
  `${table.name}_v${version}`;

export function createTableSql<Row>(table: Table<Row>, version: number): string {
  const { columns, generated, added = [], primaryKey, fillfactor } = table;
  const declare = (name: keyof Row & string): string => {
    const { type, constraint } = columns[name];
    return `${name} ${type.declaration} ${constraint}`.trimEnd();
  };
  const lines = [
    ...columnNames(table)
      .filter((name) => !added.includes(name))
      .map(declare),
    ...Object.entries(generated).map(([name, definition]) => `${name} ${definition}`),
    ...added.map(declare),
    ...(primaryKey === undefined ? [] : [`primary key (${columnList(primaryKey)})`]),
  ];
  const storage = fillfactor === undefined ? '' : ` with (fillfactor = ${fillfactor})`;
  return `create table ${versionOf(table, version)} (\n  ${lines.join(',\n  ')}\n)${storage};`;
}

/** Turns what the driver gives for some columns of the table into values of a row, in place. */
export function rowReader<Row>(table: Table<Row>): (driverRow: object) => Row;
export function rowReader<Row, K extends keyof Row & string>(
  table: Table<Row>,
  names: readonly K[],
): (driverRow: object) => Pick<Row, K>;
export function rowReader<Row>(
  table: Table<Row>,
  names: readonly (keyof Row & string)[] = columnNames(table),
): (driverRow: object) => Row {
  const conversions = names.flatMap((name) => {
    const { fromDriver } = table.columns[name].type;
    return fromDriver === null ? [] : [{ name, fromDriver }];
  });
  return (driverRow) => {
    const row = driverRow as Record<string, unknown>;
    for (const { name, fromDriver } of conversions) {
      if (row[name] !== null) row[name] = fromDriver(row[name]);
    }
    return row as Row;
  };
}

export const copyColumns = <Row, K extends keyof Row & string>(
  { columns }: Table<Row>,
  names: readonly K[],
): CopyColumn<Pick<Row, K>>[] =>
  names.map((name) => {
    const { type, valueOf } = columns[name];
    return copyColumn(name, type.binary, valueOf as NullableValueOf<Row, K>);
  });

/** The same function, typed for an encoder: what is null is encoded apart. */
export type NullableValueOf<Row, K extends keyof Row> = (
  row: Pick<Row, K>,
) => Exclude<Row[K], null> | null;
