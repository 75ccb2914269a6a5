import type { ClientBase } from 'pg';

/**
 * One statement for many rows of a table. Inserts unnest in the select list: the rows go straight
 * into the table, a fifth cheaper than by way of a set in `from`.
 */
export interface Statement {
  readonly text: string;
  readonly values: readonly Buffer[];
  /** That it must write. The fold had every one in its hands: fewer means that it was wrong. */
  readonly rows: number;
}

/**
 * In their order. Where the connection can, each is sent as soon as it is made: the server works
 * while the next one is put together, and while this process does other things.
 */
export async function runAll(client: ClientBase, statements: Iterable<Statement>): Promise<void> {
  const isPipeline = 'pipeline' in client && client.pipeline === true;
  const running: Promise<void>[] = [];
  for (const statement of statements) {
    if (statement.rows === 0) continue;
    const one = run(client, statement);
    if (isPipeline) running.push(one);
    else await one;
  }
  await Promise.all(running);
}

async function run(client: ClientBase, { text, values, rows }: Statement): Promise<void> {
  const { rowCount } = await client.query(text, [...values]);
  if (rowCount !== rows)
    throw new Error(`a bug: ${rowCount} of ${rows} rows were written: ${text}`);
}
