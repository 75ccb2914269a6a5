import { once } from 'node:events';
import pg from 'pg';

/** Runs a COPY … FROM STDIN with chunks of data. */
export function copyInto(
  client: pg.Client,
  statement: string,
  chunks: AsyncIterable<Buffer>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => reject(new Error('the load failed', { cause }));
    client.query(
      new CopyIn(
        statement,
        (connection) => void send(connection, chunks).catch(fail),
        (error) => (error instanceof Error ? fail(error) : resolve()),
      ),
    );
  });
}

async function send(connection: pg.Connection, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    connection.sendCopyFromChunk(chunk);
    if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
  }
  connection.endCopyFrom();
}

class CopyIn extends pg.Query {
  constructor(
    text: string,
    private readonly begin: (connection: pg.Connection) => void,
    settle: (error?: Error | null) => void,
  ) {
    super(text, settle);
  }

  /** The client calls this method. */
  handleCopyInResponse(connection: pg.Connection): void {
    this.begin(connection);
  }
}
