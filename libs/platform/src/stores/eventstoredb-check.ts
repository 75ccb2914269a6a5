import { checkEventStoreDb } from '#event-store';
import type { Log } from '../log/log.js';

const CHECK_MS_MAX = 15_000;

/**
 * Says in the log of the start what an EventStoreDB lacks, one sentence each. It stops nothing: a server
 * that is away now may come, and what needs a right that is missing says so itself.
 */
export async function checkEventStoreDbServer(
  url: string,
  log: Pick<Log, 'error' | 'warn'>,
): Promise<void> {
  try {
    for await (const { about, state, sentence } of checkEventStoreDb(url, CHECK_MS_MAX)) {
      if (state === 'missing' && about !== 'server') {
        log.error({ about, sentence }, 'event store lacks something');
      }
    }
  } catch (err) {
    log.warn({ err }, 'event store not checked');
  }
}
