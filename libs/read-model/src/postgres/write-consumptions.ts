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
     select unnest($1::uuid[]), unnest($2::bigint[]), unnest($3::text[]), unnest($4::text[]),
       unnest($5::text[]), unnest($6::text[]), unnest($7::integer[]), unnest($8::integer[]),
       unnest($9::bigint[]), unnest($10::bigint[]), unnest($11::float8[]),
       unnest($12::timestamptz[]), unnest($13::timestamptz[]), unnest($14::timestamptz[]),
       unnest($15::bigint[]), unnest($16::integer[]), unnest($17::bigint[])`,
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
