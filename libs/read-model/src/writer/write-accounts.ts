import {
  int4,
  int8,
  uuid,
  int4Array,
  int8Array,
  uuidArray,
  copyColumn,
  type CopyColumn,
} from '#bytes/postgres';
import type { AccountRow } from '../fold/loaded-rows.js';
import { copyRowsInto } from './copy-rows.js';
import type { WriteQuery } from './write-query.js';
import { timestamptz, timeArray } from './time-type.js';

const COLUMNS: readonly CopyColumn<AccountRow>[] = [
  copyColumn('user_id', uuid, (row) => row.user_id),
  copyColumn('balance', int4, (row) => row.balance),
  copyColumn('held', int4, (row) => row.held),
  copyColumn('revision', int8, (row) => row.revision),
  copyColumn('updated_at', timestamptz, (row) => row.updated_at),
];

export const insertAccounts = (version: number, rows: readonly AccountRow[]): WriteQuery =>
  copyRowsInto(`mjk_point_accounts_v${version}`, COLUMNS, rows);

export function updateAccounts(version: number, rows: readonly AccountRow[]): WriteQuery {
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
