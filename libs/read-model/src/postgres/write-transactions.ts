import type { NewTransactionRow } from '../projection/event-rows.js';
import type { TransactionDuration } from '../projection/loaded-rows.js';
import { float8Array, int8Array, timeArray } from './arrays.js';
import { copied, copyInto, type CopiedColumn } from './copy-in.js';
import type { Statement } from './statement.js';
import { float8, int4, int8, text, timestamptz, uuid } from './values.js';

const COLUMNS: readonly CopiedColumn<NewTransactionRow>[] = [
  copied('user_id', uuid, (row) => row.user_id),
  copied('type', text, (row) => row.type),
  copied('amount', int4, (row) => row.amount),
  copied('balance_before', int4, (row) => row.balance_before),
  copied('balance_after', int4, (row) => row.balance_after),
  copied('source_type', text, (row) => row.source_type),
  copied('source_id', text, (row) => row.source_id),
  copied('batch_id', int8, (row) => row.batch_id),
  copied('duration', float8, (row) => row.duration),
  copied('description', text, (row) => row.description),
  copied('created_at', timestamptz, (row) => row.created_at),
  copied('updated_at', timestamptz, (row) => row.updated_at),
  copied('revision', int8, (row) => row.revision),
  copied('line', int4, (row) => row.line),
  copied('consumption_of', int8, (row) => row.consumption_of),
];

export function insertTransactions(
  version: number,
  ids: readonly number[],
  rows: readonly NewTransactionRow[],
): Statement {
  const id = copied<NewTransactionRow, number>('id', int8, (_row, index) => ids[index] ?? null);
  return copyInto(`mjk_point_transactions_v${version}`, [id, ...COLUMNS], rows);
}

export function fillDurations(version: number, rows: readonly TransactionDuration[]): Statement {
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
