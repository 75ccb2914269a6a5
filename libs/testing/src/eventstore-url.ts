import { randomBytes } from 'node:crypto';

/**
 * The URL of a real EventStoreDB for the tests. Null: none was configured, and the double is used.
 * Streams of tests have a prefix of their own, so that nothing else on that server is changed.
 */
export function eventStoreUrlFromEnv(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env['TEST_EVENTSTORE_URL'];
  if (named === undefined || named === '') return null;
  if (/[?&]streamPrefix=/i.test(named)) return named;
  const prefix = `test_${randomBytes(4).toString('hex')}.`;
  return `${named}${named.includes('?') ? '&' : '?'}streamPrefix=${prefix}`;
}
