import type { Pool } from 'pg';

import type { VersionState } from '../table-writer.js';
import type { WriteBatch } from './write-batch-builder.js';
import { advanceCheckpoint } from '../postgres/checkpoints.js';
import { runPipelined } from './run-queries.js';
import { inTransaction } from '../postgres/transaction.js';
import { requireParkingLimit } from './write-parked-accounts.js';

/** The checkpoint comes first: its row stays locked until the commit, so that no other writer writes. */
export const commitWriteBatch = (
  pool: Pool,
  { advance, parked, queries }: WriteBatch,
): Promise<{ readonly state: VersionState }> =>
  inTransaction(
    pool,
    async (client) => {
      const moved = await runPipelined(client, advanceCheckpoint(client, advance), queries);
      await requireParkingLimit(client, advance, parked);
      return moved;
    },
    'writing',
  );
