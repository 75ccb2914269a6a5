import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#stack';

/** A server of its own, as the local stack starts it, with fsync on; gone afterwards. */
export async function onPostgres<T>(measure: (url: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'points-ledger-bench-'));
  await chmod(home, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: join(home, 'data') });
  try {
    return await measure(server.url);
  } finally {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}
