import type { Pool } from 'pg';

import type { VersionState } from '../read-tables.js';
import type { MadeBatch } from './batch-maker.js';
import { moveCheckpoint } from './checkpoints.js';
import { runBehind } from './statement.js';
import { inTransaction } from './transaction.js';
import { refuseTooMany } from './write-parked.js';

/** The checkpoint first: whoever moves it holds its row, so nobody else writes until the commit. */
export const sendBatch = (
  pool: Pool,
  { move, parked, statements }: MadeBatch,
): Promise<{ readonly state: VersionState }> =>
  inTransaction(
    pool,
    async (client) => {
      const moved = await runBehind(client, moveCheckpoint(client, move), statements);
      await refuseTooMany(client, move, parked);
      return moved;
    },
    'writing',
  );
