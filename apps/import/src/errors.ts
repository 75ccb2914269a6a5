import { types } from 'node:util';
import { BrokenRule, UnreadableEvent, UnshowableRow } from '#ledger';

/** The command could not do its work. The message is shown as it is; exit status 2. */
export class CannotImportError extends Error {
  override readonly name = 'CannotImportError';
}

/** What one account alone has, so that all others go on. */
export const isOfOneAccount = (error: unknown): error is Error =>
  error instanceof BrokenRule || error instanceof UnreadableEvent || error instanceof UnshowableRow;

/** Wraps a failure of the environment in one sentence. A bug is passed on as it is, with its stack. */
export const cannotImport = (what: string, cause: unknown): Error =>
  cause instanceof CannotImportError || isOfOneAccount(cause) || isBug(cause)
    ? cause
    : new CannotImportError(`${what}: ${reasonOf(cause)}`, { cause });

/** Node also throws a TypeError for an invalid address, but then it has a code. */
const isBug = (cause: unknown): cause is Error =>
  (cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError) &&
  !('code' in cause);

function reasonOf(cause: unknown): string {
  if (!types.isNativeError(cause)) return String(cause);
  // Node tries every address of a host name and throws one error per address.
  const reasons: unknown = 'errors' in cause ? cause.errors : null;
  return Array.isArray(reasons) ? reasons.map(reasonOf).join('; ') : cause.message;
}
