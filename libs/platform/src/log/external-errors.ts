import { types } from 'node:util';

const NODE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Classes of SQLSTATE: connection, too few resources, an operator at work, and a query given up. */
const SQL_STATES = /^(08|53|57)[0-9A-Z]{3}$/;
/** Messages of pg's own errors, which have no code. */
const POOL_MESSAGES = /connection terminated|timeout exceeded|query read timeout/i;
const CAUSES_MAX = 5;

/** Whether a server is unavailable for now. */
export function isServerUnavailable(error: unknown): boolean {
  return someInChain(error, isUnavailable);
}

/** Errors of the machine: a port in use, a full disk, no more file descriptors. */
const MACHINE_CODES =
  /^(EADDRINUSE|EADDRNOTAVAIL|ENETUNREACH|ENOSPC|EDQUOT|EROFS|EIO|EMFILE|ENFILE|EAGAIN)$/;
/** gRPC: cancelled, deadline exceeded, resource exhausted, aborted, unavailable. */
const GRPC_CODES = [1, 4, 8, 10, 14];
/** Serialization failure, deadlock, lock not available, read-only server, I/O error. */
const PASSING_SQL_STATES = /^(40001|40P01|55P03|25006|58[0-9A-Z]{3})$/;
/** Matched by name, because this library does not import the ones that throw them. */
const ERROR_NAMES =
  /^((RetryableCommand|ConnectionFailed|Timeout|Unavailable|NotLeader|DeadlineExceeded|Cancelled)Error|KafkaJS\w*)$/;

/** Whether the error was caused outside this process, so that its stack is of no use. */
export function isExternalError(error: unknown): boolean {
  return someInChain(error, (one) => {
    const { code } = one as { code?: unknown };
    return (
      isUnavailable(one) ||
      ERROR_NAMES.test(one.name) ||
      (typeof code === 'number' && GRPC_CODES.includes(code)) ||
      (typeof code === 'string' && (PASSING_SQL_STATES.test(code) || MACHINE_CODES.test(code)))
    );
  });
}

function isUnavailable(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return NODE_CODES.has(code) || SQL_STATES.test(code) || POOL_MESSAGES.test(error.message);
}

/** Applies the predicate to an error and to its causes. */
function someInChain(
  error: unknown,
  predicate: (error: Error) => boolean,
  causesLeft = CAUSES_MAX,
): boolean {
  if (!types.isNativeError(error)) return false;
  if (predicate(error)) return true;
  if (causesLeft === 0) return false;
  return causesOf(error).some((one) => someInChain(one, predicate, causesLeft - 1));
}

/** The causes of an error. An AggregateError has several: Node tries every address of a host name. */
export function causesOf(error: Error): readonly unknown[] {
  const reasons: unknown = 'errors' in error ? error.errors : undefined;
  const list: readonly unknown[] = Array.isArray(reasons) ? reasons : [];
  return error.cause === undefined ? list : [error.cause, ...list];
}
