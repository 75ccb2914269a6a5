import type { ClientBase } from 'pg';

import type { ConsumptionRow } from '../tables.js';
import { float8Array, int4Array, int8Array, textArray, timeArray, uuidArray } from './arrays.js';
import { refuseMissing } from './refuse-missing.js';

export async function insertConsumptions(
  client: ClientBase,
  version: number,
  rows: readonly ConsumptionRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into mjk_point_consumptions_v${version}
       (user_id, revision, consumption_id, source_type, source_id, status, estimate, actual,
        drawn, refunded, duration, settle_by, opened_at, closed_at, first_row, row_count,
        duration_row)
     select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::integer[], $8::integer[], $9::bigint[], $10::bigint[], $11::float8[],
       $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::bigint[], $16::integer[],
       $17::bigint[])`,
    [
      uuidArray(rows.map((row) => row.user_id)),
      int8Array(rows.map((row) => row.revision)),
      textArray(rows.map((row) => row.consumption_id)),
      textArray(rows.map((row) => row.source_type)),
      textArray(rows.map((row) => row.source_id)),
      textArray(rows.map((row) => row.status)),
      int4Array(rows.map((row) => row.estimate)),
      int4Array(rows.map((row) => row.actual)),
      int8Array(rows.map((row) => row.drawn)),
      int8Array(rows.map((row) => row.refunded)),
      float8Array(rows.map((row) => row.duration)),
      timeArray(rows.map((row) => row.settle_by)),
      timeArray(rows.map((row) => row.opened_at)),
      timeArray(rows.map((row) => row.closed_at)),
      int8Array(rows.map((row) => row.first_row)),
      int4Array(rows.map((row) => row.row_count)),
      int8Array(rows.map((row) => row.duration_row)),
    ],
  );
}

export async function changeConsumptions(
  client: ClientBase,
  version: number,
  rows: readonly ConsumptionRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const { rowCount } = await client.query(
    `update mjk_point_consumptions_v${version} c
     set status = d.status, actual = d.actual, drawn = d.drawn, refunded = d.refunded,
       duration = d.duration, closed_at = d.closed_at, duration_row = d.duration_row
     from unnest($1::uuid[], $2::bigint[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[],
       $7::float8[], $8::timestamptz[], $9::bigint[])
       as d (user_id, revision, status, actual, drawn, refunded, duration, closed_at, duration_row)
     where c.user_id = d.user_id and c.revision = d.revision`,
    [
      uuidArray(rows.map((row) => row.user_id)),
      int8Array(rows.map((row) => row.revision)),
      textArray(rows.map((row) => row.status)),
      int4Array(rows.map((row) => row.actual)),
      int8Array(rows.map((row) => row.drawn)),
      int8Array(rows.map((row) => row.refunded)),
      float8Array(rows.map((row) => row.duration)),
      timeArray(rows.map((row) => row.closed_at)),
      int8Array(rows.map((row) => row.duration_row)),
    ],
  );
  refuseMissing('consumptions', rowCount, rows.length);
}
