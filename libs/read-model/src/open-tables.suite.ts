import type { Batch, Position } from '#event-store';

import { everyTransaction } from './every-transaction.js';
import type { PlacedTransaction, ReadTables, TableWriter } from './port.js';
import type { FollowsDirectly } from './projected-event.js';
import { placeOf } from './vectors.suite.js';

export interface OpenTables {
  readonly tables: ReadTables;
  readonly writer: TableWriter;
}

/** Opens empty tables, with a writer that refuses holes between positions. */
export type Open = (followsDirectly: FollowsDirectly) => Promise<OpenTables>;

export const densely: FollowsDirectly = (before, position) =>
  placeOf(position) === placeOf(before) + 1;

export async function feed(
  writer: TableWriter,
  batches: readonly Batch[],
  from: Position | null = null,
): Promise<void> {
  let after = from;
  for (const batch of batches) {
    expect(await writer.write(after, batch)).toMatchObject({ kind: 'applied' });
    after = batch.next;
  }
}

/** A whole statement as its reader sees it, oldest first. */
export async function statement(tables: ReadTables, userId: string): Promise<PlacedTransaction[]> {
  const rows: PlacedTransaction[] = [];
  for await (const page of everyTransaction(tables, userId, {})) rows.push(...page);
  return rows.reverse();
}
