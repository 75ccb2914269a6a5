import type { ClientBase } from 'pg';

import type { AccountRow } from '../tables.js';
import { int4Array, int8Array, timeArray, uuidArray } from './arrays.js';
import { refuseMissing } from './refuse-missing.js';

const columnsOf = (rows: readonly AccountRow[]): Buffer[] => [
  uuidArray(rows.map((row) => row.user_id)),
  int4Array(rows.map((row) => row.balance)),
  int4Array(rows.map((row) => row.held)),
  int8Array(rows.map((row) => row.revision)),
  timeArray(rows.map((row) => row.updated_at)),
];

export async function insertAccounts(
  client: ClientBase,
  version: number,
  rows: readonly AccountRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into mjk_point_accounts_v${version} (user_id, balance, held, revision, updated_at)
     select * from unnest($1::uuid[], $2::integer[], $3::integer[], $4::bigint[],
       $5::timestamptz[])`,
    columnsOf(rows),
  );
}

export async function changeAccounts(
  client: ClientBase,
  version: number,
  rows: readonly AccountRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const { rowCount } = await client.query(
    `update mjk_point_accounts_v${version} a
     set balance = d.balance, held = d.held, revision = d.revision, updated_at = d.updated_at
     from unnest($1::uuid[], $2::integer[], $3::integer[], $4::bigint[], $5::timestamptz[])
       as d (user_id, balance, held, revision, updated_at)
     where a.user_id = d.user_id and a.revision < d.revision`,
    columnsOf(rows),
  );
  refuseMissing('accounts', rowCount, rows.length);
}
