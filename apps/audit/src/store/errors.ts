import { types } from 'node:util';

/** The store permanently refuses a request: it is damaged, or its address is wrong. A retry would not help. */
export class StoreRefusedError extends Error {
  override readonly name = 'StoreRefusedError';
  constructor(
    /** A constant code for programs. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The check could not be made, as when a server does not answer. The message is shown as it is; exit status 2. */
export class CannotCheckError extends Error {
  override readonly name = 'CannotCheckError';
}

/** Wraps a failure of the environment in one sentence. A bug is passed on as it is, with its stack. */
export const cannotCheckError = (what: string, cause: unknown): Error =>
  isBug(cause) ? cause : new CannotCheckError(`${what}: ${reasonOf(cause)}`, { cause });

/** Runs `work` and wraps what it throws. */
export function orCannotCheck<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw cannotCheckError(what, cause);
  }
}

/** Node also throws a TypeError for an invalid address, but then it has a code. */
const isBug = (cause: unknown): cause is Error =>
  (cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError) &&
  !('code' in cause);

function reasonOf(cause: unknown): string {
  if (!types.isNativeError(cause)) return String(cause);
  // Node tries every address of a host name and throws one error per address.
  const reasons: unknown = 'errors' in cause ? cause.errors : null;
  if (Array.isArray(reasons)) return reasons.map(reasonOf).join('; ');
  return cause.message.replace(EMPTY_RESOLUTION_NOTE, '');
}

/** gRPC appends a resolution note, which is often empty. */
const EMPTY_RESOLUTION_NOTE = /\s*Resolution note:\s*$/;
