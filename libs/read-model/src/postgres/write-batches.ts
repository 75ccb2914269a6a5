import type { BatchRow } from '../tables.js';
import { boolArray, int4Array, int8Array, timeArray, uuidArray } from './arrays.js';
import type { Statement } from './statement.js';

export function insertBatches(version: number, rows: readonly BatchRow[]): Statement {
  return {
    rows: rows.length,
    text: `insert into mjk_point_batches_v${version}
       (user_id, batch_id, points, remaining, priority, expires_at, grace, revision, line,
        created_at)
     select unnest($1::uuid[]), unnest($2::bigint[]), unnest($3::bigint[]),
       unnest($4::integer[]), unnest($5::integer[]), unnest($6::timestamptz[]),
       unnest($7::boolean[]), unnest($8::bigint[]), unnest($9::integer[]),
       unnest($10::timestamptz[])`,
    values: [
      uuidArray(rows, (row) => row.user_id),
      int8Array(rows, (row) => row.batch_id),
      int8Array(rows, (row) => row.points),
      int4Array(rows, (row) => row.remaining),
      int4Array(rows, (row) => row.priority),
      timeArray(rows, (row) => row.expires_at),
      boolArray(rows, (row) => row.grace),
      int8Array(rows, (row) => row.revision),
      int4Array(rows, (row) => row.line),
      timeArray(rows, (row) => row.created_at),
    ],
  };
}

export function changeBatches(version: number, rows: readonly BatchRow[]): Statement {
  return {
    rows: rows.length,
    text: `update mjk_point_batches_v${version} b
     set points = d.points, remaining = d.remaining
     from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::integer[])
       as d (user_id, batch_id, points, remaining)
     where b.user_id = d.user_id and b.batch_id = d.batch_id`,
    values: [
      uuidArray(rows, (row) => row.user_id),
      int8Array(rows, (row) => row.batch_id),
      int8Array(rows, (row) => row.points),
      int4Array(rows, (row) => row.remaining),
    ],
  };
}
