import {
  AccessDeniedError,
  InvalidArgumentError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { PermanentStoreError } from '../port.js';
import type { EndPoint } from './connection-string.js';

/** The meaning of a client error for the caller. */
export type Failure =
  /** Definitely not written. `actual` is null when the stream does not exist. */
  | { readonly kind: 'conflict'; readonly actual: number | null }
  /** Not written: another node leads the cluster. */
  | { readonly kind: 'not-leader'; readonly leader: EndPoint }
  | { readonly kind: 'permanent'; readonly error: PermanentStoreError }
  /** Passes: but what the call was to do may be done or not, and the client may be beyond repair. */
  | { readonly kind: 'unknown'; readonly cause: unknown };

/** gRPC's status code. The client has no error type for it when it comes from the server. */
const INVALID_ARGUMENT = 3;

/** gRPC's status code for an unspecified error of the server. */
const UNKNOWN = 2;

/**
 * Whether a read of `$all` may have failed because its position is in the middle of a record. Version
 * 24.10 reports an invalid position, and 23.10 an unspecified error.
 */
export function mayBeOfPosition(error: unknown): boolean {
  const answer = error instanceof PermanentStoreError ? error.cause : error;
  if (!(answer instanceof Error) || !('code' in answer)) return false;
  return answer.code === INVALID_ARGUMENT || answer.code === UNKNOWN;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof PermanentStoreError) return { kind: 'permanent', error };
  if (error instanceof WrongExpectedVersionError) {
    const { actualVersion } = error;
    const isRevision = typeof actualVersion === 'bigint' && actualVersion >= 0n;
    return { kind: 'conflict', actual: isRevision ? Number(actualVersion) : null };
  }
  if (error instanceof NotLeaderError) return { kind: 'not-leader', leader: error.leader };
  const code = permanentCodeOf(error);
  if (code === null || !(error instanceof Error)) return { kind: 'unknown', cause: error };
  const permanent = new PermanentStoreError(code, error.message, { cause: error });
  return { kind: 'permanent', error: permanent };
}

function permanentCodeOf(error: unknown): PermanentStoreError['code'] | null {
  if (error instanceof StreamDeletedError) return 'stream-deleted';
  if (error instanceof AccessDeniedError) return 'access-denied';
  if (error instanceof MaxAppendSizeExceededError) return 'append-too-large';
  if (error instanceof InvalidArgumentError) return 'misconfigured';
  const isInvalid = error instanceof Error && 'code' in error && error.code === INVALID_ARGUMENT;
  return isInvalid ? 'misconfigured' : null;
}
