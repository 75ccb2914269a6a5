import { types } from 'node:util';

// Why something can't be audited, told in a sentence.

/** The store won't give what is asked of it, and no repeat will help: that is damage of it, or of its address. */
export class StoreRefusedError extends Error {
  override readonly name = 'StoreRefused';
  constructor(
    /** Constant, searchable. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What the address names can't be audited: it is away, or there is no ledger in it. */
export class CannotCheckError extends Error {
  override readonly name = 'CannotCheck';
}

/** A server that is away, a file that is not there: told in a sentence. A bug stays one, with its stack. */
export const cannotCheckError = (what: string, cause: unknown): Error =>
  isBug(cause) ? cause : new CannotCheckError(`${what}: ${reasonOf(cause)}`, { cause });

/** Whatever goes wrong in it is told as what can't be done. */
export function orCannotCheck<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw cannotCheckError(what, cause);
  }
}

/** What Node says of an address that it was given has a code. */
const isBug = (cause: unknown): cause is Error =>
  (cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError) &&
  !('code' in cause);

function reasonOf(cause: unknown): string {
  if (!types.isNativeError(cause)) return String(cause);
  // Node tries every address of a name.
  const reasons: unknown = 'errors' in cause ? cause.errors : null;
  if (Array.isArray(reasons)) return reasons.map(reasonOf).join('; ');
  return cause.message.replace(EMPTY_RESOLUTION_NOTE, '');
}

/** gRPC has a place for a note, and often nothing to note. */
const EMPTY_RESOLUTION_NOTE = /\s*Resolution note:\s*$/;
