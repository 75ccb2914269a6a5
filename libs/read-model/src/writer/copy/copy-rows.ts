import pg from 'pg';

import { encodeCopyData, type CopyColumn } from '#bytes/postgres';

import type { WriteQuery } from './write-query.js';

declare module 'pg' {
  /** How node-postgres sends the data of a COPY. Its types leave this out. */
  interface Connection {
    sendCopyFromChunk(chunk: Buffer): void;
    endCopyFrom(): void;
  }
}

/** Inserts rows by a COPY in binary form. */
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
 * A COPY that is sent together with its data, without waiting for the server. If the server can't execute
 * it, it answers with an error and discards the data.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
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
        // Half of a COPY was sent: the server would not understand anything after it.
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
