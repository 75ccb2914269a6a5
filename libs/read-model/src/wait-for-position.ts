import { pollUntil } from '#async';
import type { Position } from '#event-store';

import type { ReadTables } from './read-tables.js';

const POLL_MS = 20;

/** Whether the tables reached that position in time, so that a reader sees what it has just written. */
export const waitForPosition = (
  tables: Pick<ReadTables, 'position'>,
  position: Position,
  waitMsMax: number,
): Promise<boolean> =>
  pollUntil(
    async () => {
      const reached = await tables.position();
      return reached !== null && reached >= position;
    },
    { everyMs: POLL_MS, totalMsMax: waitMsMax },
  );
