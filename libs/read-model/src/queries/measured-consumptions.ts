import type { Pool } from 'pg';

import { columnList, columnNames, rowReader } from '../schema/table.js';
import { CONSUMPTIONS, type ConsumptionRow } from '../schema/tables.js';

/** No more of the newest consumptions are looked at, however few of them have a quantity. */
const LOOKED_AT_MAX = 100_000;

const COLUMNS = columnList(columnNames(CONSUMPTIONS), 'c');
const readConsumption = rowReader(CONSUMPTIONS);

/**
 * The newest ids are the newest rows, of whichever account. What came back whole costs nothing, whatever the
 * price.
 */
export async function findMeasuredConsumptions(
  pool: Pool,
  limit: number,
): Promise<readonly ConsumptionRow[]> {
  const { rows } = await pool.query<object>(
    `select ${COLUMNS}
     from (
       select id, user_id, revision from mjk_point_transaction_lines
       where type = 'consume' and line = 0 and revision = consumption_of
       order by id desc
       limit $2
     ) as newest
     join mjk_point_consumptions c using (user_id, revision)
     where (c.quantity is not null or c.duration is not null)
       and c.status not in ('cancelled', 'timed_out')
     order by newest.id desc
     limit $1`,
    [limit, LOOKED_AT_MAX],
  );
  return rows.map(readConsumption);
}
