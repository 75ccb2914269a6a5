import {
  float8,
  int4,
  int8,
  text,
  uuid,
  float8Array,
  int8Array,
  copyColumn,
  type CopyColumn,
} from '#bytes/postgres';
import type { NewTransactionRow } from '../fold/event-rows.js';
import type { TransactionDuration } from '../fold/loaded-rows.js';
import { copyRowsInto } from './copy-rows.js';
import type { WriteQuery } from './write-query.js';
import { timestamptz, timeArray } from './time-type.js';

const COLUMNS: readonly CopyColumn<NewTransactionRow>[] = [
  copyColumn('user_id', uuid, (row) => row.user_id),
  copyColumn('type', text, (row) => row.type),
  copyColumn('amount', int4, (row) => row.amount),
  copyColumn('balance_before', int4, (row) => row.balance_before),
  copyColumn('balance_after', int4, (row) => row.balance_after),
  copyColumn('source_type', text, (row) => row.source_type),
  copyColumn('source_id', text, (row) => row.source_id),
  copyColumn('batch_id', int8, (row) => row.batch_id),
  copyColumn('duration', float8, (row) => row.duration),
  copyColumn('description', text, (row) => row.description),
  copyColumn('created_at', timestamptz, (row) => row.created_at),
  copyColumn('updated_at', timestamptz, (row) => row.updated_at),
  copyColumn('revision', int8, (row) => row.revision),
  copyColumn('line', int4, (row) => row.line),
  copyColumn('consumption_of', int8, (row) => row.consumption_of),
];

export function insertTransactions(
  version: number,
  ids: readonly number[],
  rows: readonly NewTransactionRow[],
): WriteQuery {
  const id = copyColumn<NewTransactionRow, number>('id', int8, (_row, index) => ids[index] ?? null);
  return copyRowsInto(`mjk_point_transactions_v${version}`, [id, ...COLUMNS], rows);
}

export function updateDurations(version: number, rows: readonly TransactionDuration[]): WriteQuery {
  return {
    rows: rows.length,
    text: `update mjk_point_transactions_v${version} t
     set duration = d.duration, updated_at = d.updated_at
     from unnest($1::bigint[], $2::bigint[], $3::float8[], $4::timestamptz[])
       as d (id, revision, duration, updated_at)
     where t.id = d.id and t.revision = d.revision and t.line = 0`,
    values: [
      int8Array(rows, (row) => row.id),
      int8Array(rows, (row) => row.revision),
      float8Array(rows, (row) => row.duration),
      timeArray(rows, (row) => row.updated_at),
    ],
  };
}
