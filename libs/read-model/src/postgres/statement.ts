import type { ClientBase } from 'pg';

import { copyIn } from './copy-in.js';
import { RowsMissing } from './refusal.js';

/** One for many rows of a table: with arrays of values, or a COPY with its data. */
export type Statement = {
  readonly text: string;
  /** That it must write. The fold had every one in its hands: fewer means that it was wrong. */
  readonly rows: number;
} & ({ readonly values: readonly (Buffer | string | number)[] } | { readonly data: Buffer });

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

async function run(client: ClientBase, statement: Statement): Promise<void> {
  const { text, rows } = statement;
  const { rowCount } =
    'data' in statement
      ? await copyIn(client, text, statement.data)
      : await client.query(text, [...statement.values]);
  if (rowCount !== rows) throw new RowsMissing(`${rowCount} of ${rows} rows were written: ${text}`);
}
