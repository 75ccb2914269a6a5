import type { WriteQuery } from './write-query.js';

/** One column of the rows to insert: its name, the type of an array of it, and its values encoded. */
export interface ArrayColumn<R> {
  readonly name: string;
  readonly type: string;
  readonly encode: (rows: readonly R[]) => Buffer;
}

/** The plain way to insert many rows by one query, which `copyRowsInto` must agree with. */
export function insertByArrays<R>(
  table: string,
  columns: readonly ArrayColumn<R>[],
  rows: readonly R[],
): WriteQuery {
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  return {
    rows: rows.length,
    text: `insert into ${table} (${names}) select * from unnest(${arrays})`,
    values: columns.map(({ encode }) => encode(rows)),
  };
}
