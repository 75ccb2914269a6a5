export type Value = string | number | boolean | null;
export type Row = Readonly<Record<string, Value>>;

export const TABLES = ['transactions', 'accounts', 'batches', 'consumptions', 'recharges'] as const;
export type TableName = (typeof TABLES)[number];

/** Flat JSON in one form, however a database writes it. */
export const canonicalJson = (value: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));

/** A difference between a row of the read tables and the row that the events lead to. */
export interface Difference {
  readonly kind: 'missing' | 'extra' | 'different';
  readonly table: TableName;
  readonly user: string;
  /** The key of the row within its table and user. */
  readonly row: string;
  /** null: the whole row. */
  readonly column: string | null;
  readonly expected: Value;
  readonly found: Value;
}

export type OnDifference = (difference: Difference) => void;

/** The rows of one table and user, by their keys. */
export type RowsByKey = ReadonlyMap<string, Row>;

/** Compares column by column. Columns without an expected value are not compared. */
export function* rowDifferences(
  table: TableName,
  user: string,
  expected: RowsByKey,
  found: RowsByKey,
): Iterable<Difference> {
  const location = { table, user, column: null };
  for (const [row, values] of expected) {
    const other = found.get(row);
    if (other === undefined) {
      yield { kind: 'missing', ...location, row, expected: JSON.stringify(values), found: null };
    } else {
      yield* columnDifferences(table, user, row, values, other);
    }
  }
  for (const [row, values] of found) {
    if (expected.has(row)) continue;
    yield { kind: 'extra', ...location, row, expected: null, found: JSON.stringify(values) };
  }
}

function* columnDifferences(
  table: TableName,
  user: string,
  row: string,
  expected: Row,
  found: Row,
): Iterable<Difference> {
  for (const [column, value] of Object.entries(expected)) {
    const other = found[column] ?? null;
    if (other === value) continue;
    yield { kind: 'different', table, user, row, column, expected: value, found: other };
  }
}
