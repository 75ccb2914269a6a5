import type { TransactionRow } from '../event-rows.js';
import type { TransactionDuration } from '../tables.js';
import { float8Array, int4Array, int8Array, textArray, timeArray, uuidArray } from './arrays.js';
import type { Statement } from './statement.js';

export function insertTransactions(
  version: number,
  firstId: number,
  rows: readonly TransactionRow[],
): Statement {
  return {
    rows: rows.length,
    text: `insert into mjk_point_transactions_v${version}
       (id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
        batch_id, duration, description, created_at, updated_at, revision, line, consumption_of)
     select unnest($1::bigint[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::integer[]),
       unnest($5::integer[]), unnest($6::integer[]), unnest($7::text[]), unnest($8::text[]),
       unnest($9::bigint[]), unnest($10::float8[]), unnest($11::text[]),
       unnest($12::timestamptz[]), unnest($13::timestamptz[]), unnest($14::bigint[]),
       unnest($15::integer[]), unnest($16::bigint[])`,
    values: [
      int8Array(rows, (_row, index) => firstId + index),
      uuidArray(rows, (row) => row.user_id),
      textArray(rows, (row) => row.type),
      int4Array(rows, (row) => row.amount),
      int4Array(rows, (row) => row.balance_before),
      int4Array(rows, (row) => row.balance_after),
      textArray(rows, (row) => row.source_type),
      textArray(rows, (row) => row.source_id),
      int8Array(rows, (row) => row.batch_id),
      float8Array(rows, (row) => row.duration),
      textArray(rows, (row) => row.description),
      timeArray(rows, (row) => row.created_at),
      timeArray(rows, (row) => row.updated_at),
      int8Array(rows, (row) => row.revision),
      int4Array(rows, (row) => row.line),
      int8Array(rows, (row) => row.consumption_of),
    ],
  };
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
