import type { AccountRow } from '../tables.js';
import { int4Array, int8Array, timeArray, uuidArray } from './arrays.js';
import type { Statement } from './statement.js';

const columnsOf = (rows: readonly AccountRow[]): Buffer[] => [
  uuidArray(rows, (row) => row.user_id),
  int4Array(rows, (row) => row.balance),
  int4Array(rows, (row) => row.held),
  int8Array(rows, (row) => row.revision),
  timeArray(rows, (row) => row.updated_at),
];

export function insertAccounts(version: number, rows: readonly AccountRow[]): Statement {
  return {
    rows: rows.length,
    text: `insert into mjk_point_accounts_v${version} (user_id, balance, held, revision, updated_at)
     select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]),
       unnest($4::bigint[]), unnest($5::timestamptz[])`,
    values: columnsOf(rows),
  };
}

export function changeAccounts(version: number, rows: readonly AccountRow[]): Statement {
  return {
    rows: rows.length,
    text: `update mjk_point_accounts_v${version} a
     set balance = d.balance, held = d.held, revision = d.revision, updated_at = d.updated_at
     from unnest($1::uuid[], $2::integer[], $3::integer[], $4::bigint[], $5::timestamptz[])
       as d (user_id, balance, held, revision, updated_at)
     where a.user_id = d.user_id and a.revision < d.revision`,
    values: columnsOf(rows),
  };
}
