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
const SQL_STATES = /^(08|53|57)/;
const POOL_WORDS = /connection terminated|timeout exceeded|query read timeout|cannot use a pool/i;

/** Whether a server that we need is away for now: trouble that passes, and no bug of ours. */
export function isServerAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (NODE_CODES.has(code) || SQL_STATES.test(code) || POOL_WORDS.test(error.message)) return true;
  if (error instanceof AggregateError) return error.errors.some(isServerAway);
  return error.cause !== undefined && isServerAway(error.cause);
}
