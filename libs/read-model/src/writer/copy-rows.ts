import pg from 'pg';

import type { WriteQuery } from './write-query.js';
import {
  columnBytesMax,
  targetOf,
  writeField,
  type BinaryType,
  type ByteTarget,
} from './binary-types.js';

declare module 'pg' {
  /** What node-postgres sends COPY's data by; its types leave it out. */
  interface Connection {
    sendCopyFromChunk(chunk: Buffer): void;
    endCopyFrom(): void;
  }
}

/** What a column of a table gets from a row. */
export interface CopyColumn<R> {
  readonly name: string;
  readonly bytesMax: (rows: readonly R[]) => number;
  readonly write: (target: ByteTarget, row: R, index: number, at: number) => number;
}

export const copyColumn = <R, T>(
  name: string,
  type: BinaryType<T>,
  valueOf: (row: R, index: number) => T | null,
): CopyColumn<R> => ({
  name,
  bytesMax: (rows) => columnBytesMax(type, rows, valueOf),
  write: (target, row, index, at) => writeField(type, target, valueOf(row, index), at),
});

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** The signature, no flags, nothing more. */
const HEADER_BYTES = SIGNATURE.length + 8;
const COUNT_BYTES = 2;
const END = -1;

/** https://www.postgresql.org/docs/current/sql-copy.html (Binary Format) */
function encodeCopyData<R>(columns: readonly CopyColumn<R>[], rows: readonly R[]): Buffer {
  const target = targetOf(copyBytesMax(columns, rows));
  const { bytes, view } = target;
  bytes.fill(0, 0, HEADER_BYTES).set(SIGNATURE);
  let at = HEADER_BYTES;
  let index = 0;
  for (const row of rows) {
    view.setInt16(at, columns.length);
    at += COUNT_BYTES;
    for (const column of columns) at = column.write(target, row, index, at);
    index += 1;
  }
  view.setInt16(at, END);
  return bytes.subarray(0, at + COUNT_BYTES);
}

const copyBytesMax = <R>(columns: readonly CopyColumn<R>[], rows: readonly R[]): number =>
  columns.reduce(
    (room, column) => room + column.bytesMax(rows),
    HEADER_BYTES + COUNT_BYTES * (rows.length + 1),
  );

/** Rows that begin, straight into their table. */
export const copyRowsInto = <R>(
  table: string,
  columns: readonly CopyColumn<R>[],
  rows: readonly R[],
): WriteQuery => ({
  rows: rows.length,
  text: `copy ${table} (${columns.map(({ name }) => name).join(', ')})
     from stdin (format binary)`,
  data: encodeCopyData(columns, rows),
});

/**
 * With its data right behind it: the server is not waited for. Where it can't have them, it says so
 * in its answer and drops them. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
class CopyQuery extends pg.Query {
  constructor(
    text: string,
    data: Buffer,
    settle: (error: Error | undefined, result: CopyResult) => void,
  ) {
    super(text, settle);
    this.submit = (connection) => {
      const { stream } = connection;
      stream.cork();
      try {
        connection.query(text);
        connection.sendCopyFromChunk(data);
        connection.endCopyFrom();
      } catch (cause) {
        // Half of a COPY is under way: nothing behind it would be understood.
        stream.destroy(cause instanceof Error ? cause : new Error(String(cause)));
      } finally {
        stream.uncork();
      }
    };
  }

  /** Called by the client. */
  handleCopyInResponse(): void {}
}

interface CopyResult {
  readonly rowCount: number | null;
}

export const runCopy = (client: pg.ClientBase, text: string, data: Buffer): Promise<CopyResult> =>
  new Promise((resolve, reject) => {
    const settle = (error: Error | null | undefined, result: CopyResult): void =>
      error ? reject(error) : resolve(result);
    client.query(new CopyQuery(text, data, settle));
  });
