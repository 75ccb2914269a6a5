import type { ClientBase } from 'pg';

import { runCopy } from './copy/copy-rows.js';
import type { WriteQuery } from './copy/write-query.js';
import { RowsMissing } from './data-error.js';

/** Sends the queries without waiting for `first` on a pipelined connection. An error of `first` wins. */
export async function runPipelined<T>(
  client: ClientBase,
  first: Promise<T>,
  queries: readonly WriteQuery[],
): Promise<T> {
  if (!isPipeline(client)) await first;
  const running = runAll(client, queries);
  running.catch(() => undefined); // after a failure of `first` these errors say nothing new
  const result = await first;
  await running;
  return result;
}

const isPipeline = (client: ClientBase): boolean =>
  'pipeline' in client && client.pipeline === true;

async function runAll(client: ClientBase, queries: readonly WriteQuery[]): Promise<void> {
  const running: Promise<void>[] = [];
  for (const query of queries) {
    if (query.rows === 0) continue;
    const one = run(client, query);
    if (isPipeline(client)) running.push(one);
    else await one;
  }
  await Promise.all(running);
}

async function run(client: ClientBase, query: WriteQuery): Promise<void> {
  const { text, rows } = query;
  const { rowCount } =
    'data' in query
      ? await runCopy(client, text, query.data)
      : await client.query(text, [...query.values]);
  if (rowCount !== rows) throw new RowsMissing(`${rowCount} of ${rows} rows were written: ${text}`);
}
