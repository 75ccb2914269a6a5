import { checkEventStoreDb } from '#event-store';
import type { Log } from '../log/log.js';

const CHECK_MS_MAX = 15_000;

/**
 * Logs at startup what an EventStoreDB lacks. It does not stop the process: a server that is
 * unavailable may come back, and an operation that lacks a permission fails with its own message.
 */
export async function checkEventStoreDbServer(
  url: string,
  log: Pick<Log, 'error' | 'warn'>,
  msMax = CHECK_MS_MAX,
): Promise<void> {
  try {
    for await (const { about, state, sentence } of checkEventStoreDb(url, msMax)) {
      if (state === 'missing' && about !== 'server') {
        log.error({ about, sentence }, 'event store lacks something');
      }
    }
  } catch (err) {
    log.warn({ err }, 'event store not checked');
  }
}
