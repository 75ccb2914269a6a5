import { int8Array, textArray, uuidArray } from '#bytes/postgres';
import type { ClientBase } from 'pg';

import {
  UNCOUNTED_REASONS,
  PARKED_PER_HOUR_MAX,
  TooManyParked,
  countsTowardLimit,
  type NewParkedAccount,
} from '../fold/parking.js';
import type { TablesVersion } from '../postgres/checkpoints.js';
import type { WriteQuery } from './copy/write-query.js';

/** Keeps the time at which another version parked the account at the same event. */
export function insertParkedAccounts(
  { name, version }: TablesVersion,
  rows: readonly NewParkedAccount[],
): WriteQuery {
  return {
    rows: rows.length,
    text: `insert into mjk_point_parked_accounts
       (name, version, user_id, revision, position, code, detail, since)
     select $1, $2, d.user_id, d.revision, d.position, d.code, d.detail, coalesce(
       (select min(o.since) from mjk_point_parked_accounts o
        where o.name = $1 and o.user_id = d.user_id and o.revision = d.revision),
       clock_timestamp())
     from unnest($3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[])
       as d (user_id, revision, position, code, detail)`,
    values: [
      name,
      version,
      uuidArray(rows, (row) => row.userId),
      int8Array(rows, (row) => row.revision),
      textArray(rows, (row) => row.position),
      textArray(rows, (row) => row.code),
      textArray(rows, (row) => row.detail),
    ],
  };
}

/** Called in the transaction that parks the accounts. */
export async function requireParkingLimit(
  client: ClientBase,
  { name, version }: TablesVersion,
  parked: readonly NewParkedAccount[],
): Promise<void> {
  const last = parked.filter(countsTowardLimit).at(-1);
  if (last === undefined) return;
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from mjk_point_parked_accounts
     where name = $1 and version = $2 and code <> all ($3)
       and since > clock_timestamp() - interval '1 hour'`,
    [name, version, UNCOUNTED_REASONS],
  );
  if ((rows[0]?.count ?? 0) > PARKED_PER_HOUR_MAX) throw new TooManyParked(last);
}
