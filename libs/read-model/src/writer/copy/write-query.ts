/** Writes many rows of a table: a query with arrays as parameters, or a COPY with its data. */
export type WriteQuery = {
  readonly text: string;
  /** The number of rows that must be written. Fewer mean that the fold had wrong rows. */
  readonly rows: number;
} & ({ readonly values: readonly (Buffer | string | number)[] } | { readonly data: Buffer });
