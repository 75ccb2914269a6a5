import type { ReadTables, Transaction, TransactionFilter } from './port.js';

const PAGE_ROWS = 1_000;

/**
 * The whole filtered statement, newest first, page after page: no transaction stays open while a
 * slow reader takes its time.
 */
export async function* everyTransaction(
  tables: Pick<ReadTables, 'transactions'>,
  userId: string,
  filter: TransactionFilter,
): AsyncGenerator<readonly Transaction[], void, undefined> {
  let before: number | undefined;
  for (;;) {
    const page: readonly Transaction[] = await tables.transactions(userId, {
      ...filter,
      limit: PAGE_ROWS,
      ...(before !== undefined && { before }),
    });
    if (page.length > 0) yield page;
    if (page.length < PAGE_ROWS) return;
    before = page.at(-1)?.id;
  }
}
