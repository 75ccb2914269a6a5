import { types } from 'node:util';

/** A query wrote fewer rows than were sent: the tables are not what the fold was based on. */
export class RowsMissing extends Error {
  override readonly name = 'RowsMissing';
}

/** SQLSTATE classes 22 and 23: data exceptions and violated constraints. */
const DATA_SQLSTATES = /^2[23][0-9A-Z]{3}$/;

/** Whether the database rejects the data, so that a retry would fail too. */
export function isDataError(error: unknown): error is Error {
  if (error instanceof RowsMissing) return true;
  if (!types.isNativeError(error) || !('code' in error)) return false;
  return typeof error.code === 'string' && DATA_SQLSTATES.test(error.code);
}

/** The database rejects the rows of a batch, but accepts those of each account by itself. */
export class UnattributedDataError extends Error {
  override readonly name = 'UnattributedDataError';
}
