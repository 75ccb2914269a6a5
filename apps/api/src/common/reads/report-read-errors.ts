import type { ReadTables } from '#read-model';

type ReportedReads = Pick<
  ReadTables,
  'account' | 'projectionStatus' | 'transactions' | 'transactionsAfter'
>;

/** Once an answer has begun, no filter sees an error: it is reported where it occurs. */
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
