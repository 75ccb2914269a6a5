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

/** Where the connection can, they are sent behind `first` without waiting for it. It is heard first. */
export async function runBehind<T>(
  client: ClientBase,
  first: Promise<T>,
  statements: readonly Statement[],
): Promise<T> {
  if (!isPipeline(client)) await first;
  const running = runAll(client, statements);
  running.catch(() => undefined); // what fails behind a first that failed says nothing new
  const result = await first;
  await running;
  return result;
}

const isPipeline = (client: ClientBase): boolean =>
  'pipeline' in client && client.pipeline === true;

async function runAll(client: ClientBase, statements: readonly Statement[]): Promise<void> {
  const running: Promise<void>[] = [];
  for (const statement of statements) {
    if (statement.rows === 0) continue;
    const one = run(client, statement);
    if (isPipeline(client)) running.push(one);
    else await one;
  }
  await Promise.all(running);
}

async function run(client: ClientBase, { text, values, rows }: Statement): Promise<void> {
  const { rowCount } = await client.query(text, [...values]);
  if (rowCount !== rows)
    throw new Error(`a bug: ${rowCount} of ${rows} rows were written: ${text}`);
}
