import { expect } from '@jest/globals';
import type { EventBatch, Position } from '#event-store';

import { allTransactions } from '../all-transactions.js';
import type { ReadTables } from '../read-tables.js';
import type { TableWriter } from '../table-writer.js';
import type { StatementRow } from '../schema/tables.js';
import type { FollowsDirectly } from '../fold/decode-batch.js';
import { indexOf } from './vectors.js';

export interface OpenTables {
  readonly tables: ReadTables;
  readonly writer: TableWriter;
}

/** Opens empty tables with a writer. */
export type OpenReadTables = (followsDirectly: FollowsDirectly) => Promise<OpenTables>;

export const isDenseSuccessor: FollowsDirectly = (before, position) =>
  indexOf(position) === indexOf(before) + 1;

export async function writeAll(
  writer: TableWriter,
  batches: readonly EventBatch[],
  from: Position | null = null,
): Promise<void> {
  let after = from;
  for (const batch of batches) {
    expect(await writer.write(after, batch)).toMatchObject({ kind: 'applied' });
    after = batch.next;
  }
}

/** The whole statement of a user, oldest first. */
export async function readStatement(tables: ReadTables, userId: string): Promise<StatementRow[]> {
  const rows: StatementRow[] = [];
  for await (const page of allTransactions(tables, userId, {})) rows.push(...page);
  return rows.reverse();
}
