// Each account has one event stream, whose name follows from the id of its user.

/** An EventStoreDB may hold streams of others. */
export const STREAM_PREFIX = 'points-';

/** What the names of all streams of a ledger begin with: those of its accounts, and what holds for all. */
export const LEDGER_STREAM_PREFIXES: readonly string[] = [
  STREAM_PREFIX,
  'ledger-settings',
  'ledger-takeover',
];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const accountStream = (userId: string): string => STREAM_PREFIX + userId;

/** The user whose account the stream is. null: it is not the stream of an account. */
export function userOfStream(stream: string): string | null {
  if (!stream.startsWith(STREAM_PREFIX)) return null;
  const userId = stream.slice(STREAM_PREFIX.length);
  return UUID.test(userId) ? userId : null;
}
