import type { Pool } from 'pg';

import type { UnnamedPreDeductions } from '../read-tables.js';

/** An earlier release moves the checkpoint, and leaves behind what was noted. */
export async function findUnnamedPreDeductions(
  pool: Pool,
  name: string,
): Promise<UnnamedPreDeductions> {
  const { rows } = await pool.query<{ unnamed_at: Date | null; unnoted_until: Date | null }>(
    `select unnamed_at,
       case when position is distinct from noted_to then committed_at else unnoted_until end
         as unnoted_until
     from mjk_point_checkpoints where name = $1 and state = 'live'`,
    [name],
  );
  return {
    lastAt: rows[0]?.unnamed_at?.toISOString() ?? null,
    unnotedUntil: rows[0]?.unnoted_until?.toISOString() ?? null,
  };
}
