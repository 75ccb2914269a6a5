import type { PlacedTransaction, ReadTables, RowPlace, TransactionFilter } from './port.js';

const PAGE_ROWS = 1_000;

/**
 * The whole filtered statement, newest first, page after page: no transaction stays open while a
 * slow reader takes its time, and rows that get other ids meanwhile are not read twice.
 */
export async function* everyTransaction(
  tables: Pick<ReadTables, 'transactions'>,
  userId: string,
  filter: TransactionFilter,
): AsyncGenerator<readonly PlacedTransaction[], void, undefined> {
  let before: RowPlace | undefined;
  for (;;) {
    const page: readonly PlacedTransaction[] = await tables.transactions(userId, {
      ...filter,
      limit: PAGE_ROWS,
      ...(before !== undefined && { before }),
    });
    if (page.length > 0) yield page;
    if (page.length < PAGE_ROWS) return;
    before = page.at(-1);
  }
}
