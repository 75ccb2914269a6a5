import {
  float8,
  int4,
  int8,
  text,
  uuid,
  float8Array,
  int4Array,
  int8Array,
  textArray,
  uuidArray,
  copyColumn,
  type CopyColumn,
} from '#bytes/postgres';
import type { ConsumptionRow } from '../fold/loaded-rows.js';
import { copyRowsInto } from './copy-rows.js';
import type { WriteQuery } from './write-query.js';
import { timestamptz, timeArray } from './time-type.js';

const COLUMNS: readonly CopyColumn<ConsumptionRow>[] = [
  copyColumn('user_id', uuid, (row) => row.user_id),
  copyColumn('revision', int8, (row) => row.revision),
  copyColumn('consumption_id', text, (row) => row.consumption_id),
  copyColumn('source_type', text, (row) => row.source_type),
  copyColumn('source_id', text, (row) => row.source_id),
  copyColumn('status', text, (row) => row.status),
  copyColumn('estimate', int4, (row) => row.estimate),
  copyColumn('actual', int4, (row) => row.actual),
  copyColumn('drawn', int8, (row) => row.drawn),
  copyColumn('refunded', int8, (row) => row.refunded),
  copyColumn('duration', float8, (row) => row.duration),
  copyColumn('settle_by', timestamptz, (row) => row.settle_by),
  copyColumn('opened_at', timestamptz, (row) => row.opened_at),
  copyColumn('closed_at', timestamptz, (row) => row.closed_at),
  copyColumn('first_row', int8, (row) => row.first_row),
  copyColumn('row_count', int4, (row) => row.row_count),
  copyColumn('duration_row', int8, (row) => row.duration_row),
];

export const insertConsumptions = (version: number, rows: readonly ConsumptionRow[]): WriteQuery =>
  copyRowsInto(`mjk_point_consumptions_v${version}`, COLUMNS, rows);

export function updateConsumptions(version: number, rows: readonly ConsumptionRow[]): WriteQuery {
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
