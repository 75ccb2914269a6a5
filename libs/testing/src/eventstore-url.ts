import { randomBytes } from 'node:crypto';

/**
 * The EventStoreDB that tests are to run on; null: none was named, and its double stands in for it.
 * Whatever else is on that server is not touched: streams of tests have a prefix of their own.
 */
export function eventStoreUrlFromEnv(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env['TEST_EVENTSTORE_URL'];
  if (named === undefined || named === '') return null;
  if (/[?&]streamPrefix=/i.test(named)) return named;
  const prefix = `test_${randomBytes(4).toString('hex')}.`;
  return `${named}${named.includes('?') ? '&' : '?'}streamPrefix=${prefix}`;
}
