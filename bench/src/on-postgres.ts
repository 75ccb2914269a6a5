import { join } from 'node:path';
import { startEmbeddedPostgres } from '#stack';
import { inThrowAwayPlace } from './throw-away.js';

/** A server of its own, as the local stack starts it, with fsync on; gone afterwards. */
export function onPostgres<T>(
  measure: (url: string, home: string) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  return inThrowAwayPlace(async ({ home, stopping }) => {
    const server = await startEmbeddedPostgres({ dataDir: join(home, 'data'), settings });
    stopping(() => server.stop());
    return measure(server.url, home);
  });
}
