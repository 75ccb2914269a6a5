import {
  bool,
  int2,
  int4,
  int8,
  uuid,
  int4Array,
  int8Array,
  uuidArray,
  copyColumn,
  type CopyColumn,
} from '#bytes/postgres';
import type { BatchRow } from '../fold/loaded-rows.js';
import { copyRowsInto } from './copy-rows.js';
import type { WriteQuery } from './write-query.js';
import { timestamptz } from './time-type.js';

const COLUMNS: readonly CopyColumn<BatchRow>[] = [
  copyColumn('user_id', uuid, (row) => row.user_id),
  copyColumn('batch_id', int8, (row) => row.batch_id),
  copyColumn('points', int8, (row) => row.points),
  copyColumn('remaining', int4, (row) => row.remaining),
  copyColumn('priority', int2, (row) => row.priority),
  copyColumn('expires_at', timestamptz, (row) => row.expires_at),
  copyColumn('grace', bool, (row) => row.grace),
  copyColumn('revision', int8, (row) => row.revision),
  copyColumn('line', int4, (row) => row.line),
  copyColumn('created_at', timestamptz, (row) => row.created_at),
];

export const insertBatches = (version: number, rows: readonly BatchRow[]): WriteQuery =>
  copyRowsInto(`mjk_point_batches_v${version}`, COLUMNS, rows);

export function updateBatches(version: number, rows: readonly BatchRow[]): WriteQuery {
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
