import type { ConsumptionRow } from '../tables.js';
import { float8Array, int4Array, int8Array, textArray, timeArray, uuidArray } from './arrays.js';
import type { Statement } from './statement.js';

export function insertConsumptions(version: number, rows: readonly ConsumptionRow[]): Statement {
  return {
    rows: rows.length,
    text: `insert into mjk_point_consumptions_v${version}
       (user_id, revision, consumption_id, source_type, source_id, status, estimate, actual,
        drawn, refunded, duration, settle_by, opened_at, closed_at, first_row, row_count,
        duration_row)
     select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::integer[], $8::integer[], $9::bigint[], $10::bigint[], $11::float8[],
       $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::bigint[], $16::integer[],
       $17::bigint[])`,
    values: [
      uuidArray(rows, (row) => row.user_id),
      int8Array(rows, (row) => row.revision),
      textArray(rows, (row) => row.consumption_id),
      textArray(rows, (row) => row.source_type),
      textArray(rows, (row) => row.source_id),
      textArray(rows, (row) => row.status),
      int4Array(rows, (row) => row.estimate),
      int4Array(rows, (row) => row.actual),
      int8Array(rows, (row) => row.drawn),
      int8Array(rows, (row) => row.refunded),
      float8Array(rows, (row) => row.duration),
      timeArray(rows, (row) => row.settle_by),
      timeArray(rows, (row) => row.opened_at),
      timeArray(rows, (row) => row.closed_at),
      int8Array(rows, (row) => row.first_row),
      int4Array(rows, (row) => row.row_count),
      int8Array(rows, (row) => row.duration_row),
    ],
  };
}

export function changeConsumptions(version: number, rows: readonly ConsumptionRow[]): Statement {
  return {
    rows: rows.length,
    text: `update mjk_point_consumptions_v${version} c
     set status = d.status, actual = d.actual, drawn = d.drawn, refunded = d.refunded,
       duration = d.duration, closed_at = d.closed_at, duration_row = d.duration_row
     from unnest($1::uuid[], $2::bigint[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[],
       $7::float8[], $8::timestamptz[], $9::bigint[])
       as d (user_id, revision, status, actual, drawn, refunded, duration, closed_at, duration_row)
     where c.user_id = d.user_id and c.revision = d.revision`,
    values: [
      uuidArray(rows, (row) => row.user_id),
      int8Array(rows, (row) => row.revision),
      textArray(rows, (row) => row.status),
      int4Array(rows, (row) => row.actual),
      int8Array(rows, (row) => row.drawn),
      int8Array(rows, (row) => row.refunded),
      float8Array(rows, (row) => row.duration),
      timeArray(rows, (row) => row.closed_at),
      int8Array(rows, (row) => row.duration_row),
    ],
  };
}
