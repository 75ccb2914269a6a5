const PREFIX = 'points-';
const STREAM = /^points-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** null: not a stream of an account. */
export function userOf(stream: string): string | null {
  return STREAM.test(stream) ? stream.slice(PREFIX.length) : null;
}
