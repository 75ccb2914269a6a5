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
const POOL_WORDS = /connection terminated|timeout exceeded|query read timeout/i;
const CAUSES_MAX = 5;

/** Whether a server that we need is away for now: trouble that passes, and no bug of ours. */
export function isServerAway(error: unknown, causesLeft = CAUSES_MAX): boolean {
  if (!types.isNativeError(error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (NODE_CODES.has(code) || SQL_STATES.test(code) || POOL_WORDS.test(error.message)) return true;
  if (causesLeft === 0) return false;
  const behind: readonly unknown[] = [error.cause, ...reasonsOf(error)];
  return behind.some((one) => isServerAway(one, causesLeft - 1));
}

/** Of an AggregateError: Node tries every address of a name. */
const reasonsOf = (error: Error): readonly unknown[] =>
  'errors' in error && Array.isArray(error.errors) ? error.errors : [];
