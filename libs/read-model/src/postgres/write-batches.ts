import type { BatchRow } from '../projection/loaded-rows.js';
import { int4Array, int8Array, uuidArray } from './arrays.js';
import { copied, copyInto, type CopiedColumn } from './copy-in.js';
import type { Statement } from './statement.js';
import { bool, int2, int4, int8, timestamptz, uuid } from './values.js';

const COLUMNS: readonly CopiedColumn<BatchRow>[] = [
  copied('user_id', uuid, (row) => row.user_id),
  copied('batch_id', int8, (row) => row.batch_id),
  copied('points', int8, (row) => row.points),
  copied('remaining', int4, (row) => row.remaining),
  copied('priority', int2, (row) => row.priority),
  copied('expires_at', timestamptz, (row) => row.expires_at),
  copied('grace', bool, (row) => row.grace),
  copied('revision', int8, (row) => row.revision),
  copied('line', int4, (row) => row.line),
  copied('created_at', timestamptz, (row) => row.created_at),
];

export const insertBatches = (version: number, rows: readonly BatchRow[]): Statement =>
  copyInto(`mjk_point_batches_v${version}`, COLUMNS, rows);

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
