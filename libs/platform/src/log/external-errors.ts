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
/** pg gives its own errors no code. */
const POOL_MESSAGES = /connection terminated|timeout exceeded|query read timeout/i;
const CAUSES_MAX = 5;

/** Whether a server that we need is away for now: trouble that passes, and no bug of ours. */
export function isServerUnavailable(error: unknown): boolean {
  return someInChain(error, isUnavailable);
}

/** What this machine refuses: a port that is taken, a disk that is full, no more file descriptors. */
const MACHINE_CODES =
  /^(EADDRINUSE|EADDRNOTAVAIL|ENETUNREACH|ENOSPC|EDQUOT|EROFS|EIO|EMFILE|ENFILE|EAGAIN)$/;
/** Of gRPC: cancelled, too late, too much, aborted, unavailable. */
const GRPC_CODES = [1, 4, 8, 10, 14];
/** A transaction that met another, a lock that was not given, a server that only reads, its disk. */
const PASSING_SQL_STATES = /^(40001|40P01|55P03|25006|58[0-9A-Z]{3})$/;
/** By name: a library must not import whoever threw it. */
const ERROR_NAMES =
  /^(NotAnswered|NoAnswerInTime|(ConnectionFailed|Timeout|Unavailable|NotLeader|DeadlineExceeded|Cancelled)Error|KafkaJS\w*)$/;

/** Whether it came from outside this process, so that its stack would tell nobody anything. */
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

/** Of an error, and of those behind it. */
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

/** What an error says is behind it. An AggregateError has several: Node tries every address of a name. */
export function causesOf(error: Error): readonly unknown[] {
  const reasons: unknown = 'errors' in error ? error.errors : undefined;
  const list: readonly unknown[] = Array.isArray(reasons) ? reasons : [];
  return error.cause === undefined ? list : [error.cause, ...list];
}
