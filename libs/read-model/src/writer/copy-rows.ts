import pg from 'pg';

import { encodeCopyData, type CopyColumn } from '#bytes/postgres';

import type { WriteQuery } from './write-query.js';

declare module 'pg' {
  /** What node-postgres sends COPY's data by; its types leave it out. */
  interface Connection {
    sendCopyFromChunk(chunk: Buffer): void;
    endCopyFrom(): void;
  }
}

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
