import { setTimeout as delay } from 'node:timers/promises';

import type { Position } from '#event-store';

import type { ReadTables } from './read-tables.js';

const POLL_MS = 20;

/** Whether the tables that are read came as far as that within the time: to read one's own write. */
export async function waitForPosition(
  tables: Pick<ReadTables, 'position'>,
  position: Position,
  waitMsMax: number,
): Promise<boolean> {
  const until = performance.now() + waitMsMax;
  for (;;) {
    const reached = await tables.position();
    if (reached !== null && reached >= position) return true;
    const left = until - performance.now();
    if (left <= 0) return false;
    await delay(Math.min(POLL_MS, left));
  }
}
