import { types } from 'node:util';

/** Statements went through, and wrote fewer rows than they had to: the tables are not as the fold has them. */
export class RowsMissing extends Error {
  override readonly name = 'RowsMissing';
}

/** Classes of SQLSTATE about the data of a statement: what it holds, and what constraints say of it. */
const DATA_SQLSTATES = /^2[23][0-9A-Z]{3}$/;

/** The database can't take these rows: it will not take them at the next try either. */
export function isDataError(error: unknown): error is Error {
  if (error instanceof RowsMissing) return true;
  if (!types.isNativeError(error) || !('code' in error)) return false;
  return typeof error.code === 'string' && DATA_SQLSTATES.test(error.code);
}

/** The database refuses rows of a batch, and takes those of each account alone: nobody can be named. */
export class UnattributedDataError extends Error {
  override readonly name = 'UnattributedDataError';
}
