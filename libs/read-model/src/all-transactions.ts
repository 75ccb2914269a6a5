import type { ReadTables, RowCursor, TransactionFilter } from './read-tables.js';
import type { StatementRow } from './schema/tables.js';

const PAGE_ROWS = 1_000;

/**
 * The whole filtered statement in pages, newest first. No transaction stays open while a slow reader reads,
 * and rows that get other ids meanwhile are not read twice.
 */
export async function* allTransactions(
  tables: Pick<ReadTables, 'transactions'>,
  userId: string,
  filter: TransactionFilter,
): AsyncGenerator<readonly StatementRow[], void, undefined> {
  let before: RowCursor | undefined;
  for (;;) {
    const page: readonly StatementRow[] = await tables.transactions(userId, {
      ...filter,
      limit: PAGE_ROWS,
      ...(before !== undefined && { before }),
    });
    if (page.length > 0) yield page;
    if (page.length < PAGE_ROWS) return;
    before = page.at(-1);
  }
}
