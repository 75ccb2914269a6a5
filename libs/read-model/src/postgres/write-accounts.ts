import type { AccountRow } from '../projection/loaded-rows.js';
import { int4Array, int8Array, timeArray, uuidArray } from './arrays.js';
import { copied, copyInto, type CopiedColumn } from './copy-in.js';
import type { Statement } from './statement.js';
import { int4, int8, timestamptz, uuid } from './values.js';

const COLUMNS: readonly CopiedColumn<AccountRow>[] = [
  copied('user_id', uuid, (row) => row.user_id),
  copied('balance', int4, (row) => row.balance),
  copied('held', int4, (row) => row.held),
  copied('revision', int8, (row) => row.revision),
  copied('updated_at', timestamptz, (row) => row.updated_at),
];

export const insertAccounts = (version: number, rows: readonly AccountRow[]): Statement =>
  copyInto(`mjk_point_accounts_v${version}`, COLUMNS, rows);

export function changeAccounts(version: number, rows: readonly AccountRow[]): Statement {
  return {
    rows: rows.length,
    text: `update mjk_point_accounts_v${version} a
     set balance = d.balance, held = d.held, revision = d.revision, updated_at = d.updated_at
     from unnest($1::uuid[], $2::integer[], $3::integer[], $4::bigint[], $5::timestamptz[])
       as d (user_id, balance, held, revision, updated_at)
     where a.user_id = d.user_id and a.revision < d.revision`,
    values: [
      uuidArray(rows, (row) => row.user_id),
      int4Array(rows, (row) => row.balance),
      int4Array(rows, (row) => row.held),
      int8Array(rows, (row) => row.revision),
      timeArray(rows, (row) => row.updated_at),
    ],
  };
}
