import type { Pool } from 'pg';

import { UNNOTED_UNTIL } from '../postgres/checkpoints.js';
import type { UnnamedPreDeductions } from '../read-tables.js';

export async function findUnnamedPreDeductions(
  pool: Pool,
  name: string,
): Promise<UnnamedPreDeductions> {
  const { rows } = await pool.query<{ unnamed_at: Date | null; unnoted_until: Date | null }>(
    `select unnamed_at, ${UNNOTED_UNTIL} as unnoted_until
     from mjk_point_checkpoints where name = $1 and state = 'live'`,
    [name],
  );
  return {
    lastAt: rows[0]?.unnamed_at?.toISOString() ?? null,
    unnotedUntil: rows[0]?.unnoted_until?.toISOString() ?? null,
  };
}
