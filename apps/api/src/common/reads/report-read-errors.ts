import type { ReadTables } from '#read-model';

type ReportedReads = Pick<
  ReadTables,
  'account' | 'projectionStatus' | 'transactions' | 'transactionsAfter'
>;

/** Behind the first byte of an answer no filter hears of trouble: it is reported where it comes up. */
export function withErrorReporting(
  tables: ReportedReads,
  failed: (error: unknown) => void,
): ReportedReads {
  const reported = <T>(rows: Promise<T>): Promise<T> =>
    rows.catch((error: unknown) => {
      failed(error);
      throw error;
    });
  return {
    account: (userId) => reported(tables.account(userId)),
    projectionStatus: (userId) => reported(tables.projectionStatus(userId)),
    transactions: (userId, request) => reported(tables.transactions(userId, request)),
    transactionsAfter: (userId, place, limit) =>
      reported(tables.transactionsAfter(userId, place, limit)),
  };
}
