import { PermanentStoreError } from '../port.js';

/** The consequence of a failed call for its appends. */
export type ErrorKind =
  /** Nothing was written, and a later call may succeed. */
  | 'transient'
  /** It may have been committed: the connection was lost, or the answer came too late. */
  | 'unknown'
  /** Nothing was written, because of one of the appends. */
  | 'bad-append'
  /** Nothing was written, and no retry can succeed before an operator has acted. */
  | 'permanent';

/** No connection could be opened, so that nothing was sent. */
export class ConnectionFailedError extends Error {
  override readonly name = 'ConnectionFailedError';
}

const TRANSIENT = /^(40001|40P01|55P03|57014|57P03|25006|53...|58...)$/;
const CONNECTION_LOST = /^(08...|57P01|57P02|57P05)$/;
const ACCESS_DENIED = /^(42501|28...)$/;
const MISCONFIGURED = /^(42...|3D000|3F000|22023)$/;

interface ServerError {
  readonly code: string;
  readonly severity: string;
  readonly constraint?: string;
}

/** The SQLSTATE, or null when the error comes from the network or from a timeout of this process. */
function serverErrorOf(error: unknown): ServerError | null {
  const { code, severity } = error as Partial<ServerError>;
  return typeof code === 'string' && typeof severity === 'string' ? (error as ServerError) : null;
}

export function errorKindOf(error: unknown): ErrorKind {
  if (error instanceof ConnectionFailedError) {
    const serverError = serverErrorOf(error.cause);
    const isRejected =
      serverError !== null &&
      (ACCESS_DENIED.test(serverError.code) || MISCONFIGURED.test(serverError.code));
    return isRejected ? 'permanent' : 'transient';
  }
  const serverError = serverErrorOf(error);
  if (serverError === null || CONNECTION_LOST.test(serverError.code)) return 'unknown';
  if (TRANSIENT.test(serverError.code)) return 'transient';
  if (serverError.severity !== 'ERROR') return 'unknown';
  if (ACCESS_DENIED.test(serverError.code) || MISCONFIGURED.test(serverError.code))
    return 'permanent';
  return 'bad-append';
}

/** After any other error the state of the connection is unknown. */
export function isConnectionUsableAfter(error: unknown): boolean {
  const serverError = serverErrorOf(error);
  return serverError?.severity === 'ERROR' && serverError.code !== '25006';
}

export function toPermanentError(error: unknown): PermanentStoreError {
  const cause = error instanceof ConnectionFailedError ? error.cause : error;
  const serverError = serverErrorOf(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  const as = (code: PermanentStoreError['code']) =>
    new PermanentStoreError(code, `Postgres: ${message}`, { cause });
  if (serverError === null) return as('misconfigured');
  if (serverError.code === '23505') {
    return as(serverError.constraint === 'events_id' ? 'event-id-reused' : 'broken-order');
  }
  if (ACCESS_DENIED.test(serverError.code)) return as('access-denied');
  return as(MISCONFIGURED.test(serverError.code) ? 'misconfigured' : 'invalid-event');
}
