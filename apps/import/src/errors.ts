import { types } from 'node:util';

/** The command could not do its work. The message is shown as it is; exit status 2. */
export class CannotImportError extends Error {
  override readonly name = 'CannotImportError';
}

/** Wraps a failure of the environment in one sentence. Any other error is passed on as it is. */
export const cannotImport = (what: string, cause: unknown): Error =>
  isOurs(cause) ? cause : new CannotImportError(`${what}: ${reasonOf(cause)}`, { cause });

/** Failures of a server or of the system have a code. Everything else is one of ours, or a bug. */
const isOurs = (cause: unknown): cause is Error => cause instanceof Error && !('code' in cause);

function reasonOf(cause: unknown): string {
  if (!types.isNativeError(cause)) return String(cause);
  // Node tries every address of a host name and throws one error per address.
  const reasons: unknown = 'errors' in cause ? cause.errors : null;
  return Array.isArray(reasons) ? reasons.map(reasonOf).join('; ') : cause.message;
}
