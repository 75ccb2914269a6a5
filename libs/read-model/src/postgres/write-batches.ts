import type { ClientBase } from 'pg';

import type { BatchRow } from '../tables.js';
import { boolArray, int4Array, int8Array, timeArray, uuidArray } from './arrays.js';
import { refuseMissing } from './refuse-missing.js';

export async function insertBatches(
  client: ClientBase,
  version: number,
  rows: readonly BatchRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into mjk_point_batches_v${version}
       (user_id, batch_id, points, remaining, priority, expires_at, grace, revision, line,
        created_at)
     select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::integer[], $5::integer[],
       $6::timestamptz[], $7::boolean[], $8::bigint[], $9::integer[], $10::timestamptz[])`,
    [
      uuidArray(rows.map((row) => row.user_id)),
      int8Array(rows.map((row) => row.batch_id)),
      int8Array(rows.map((row) => row.points)),
      int4Array(rows.map((row) => row.remaining)),
      int4Array(rows.map((row) => row.priority)),
      timeArray(rows.map((row) => row.expires_at)),
      boolArray(rows.map((row) => row.grace)),
      int8Array(rows.map((row) => row.revision)),
      int4Array(rows.map((row) => row.line)),
      timeArray(rows.map((row) => row.created_at)),
    ],
  );
}

export async function changeBatches(
  client: ClientBase,
  version: number,
  rows: readonly BatchRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const { rowCount } = await client.query(
    `update mjk_point_batches_v${version} b
     set points = d.points, remaining = d.remaining
     from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::integer[])
       as d (user_id, batch_id, points, remaining)
     where b.user_id = d.user_id and b.batch_id = d.batch_id`,
    [
      uuidArray(rows.map((row) => row.user_id)),
      int8Array(rows.map((row) => row.batch_id)),
      int8Array(rows.map((row) => row.points)),
      int4Array(rows.map((row) => row.remaining)),
    ],
  );
  refuseMissing('batches', rowCount, rows.length);
}
