import type { ReadTables } from '#read-model';

type ReportedReads = Pick<
  ReadTables,
  'account' | 'projectionStatus' | 'transactions' | 'transactionsAfter'
>;

/** Reports errors of an answer that has begun, because no exception filter sees them. */
export function withErrorReporting(
  tables: ReportedReads,
  reportError: (error: unknown) => void,
): ReportedReads {
  const reported = <T>(rows: Promise<T>): Promise<T> =>
    rows.catch((error: unknown) => {
      reportError(error);
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
