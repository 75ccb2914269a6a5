import type { ClientBase } from 'pg';

import type { Folded } from '../fold.js';
import type { NumberedTransaction, TransactionDuration } from '../tables.js';
import { float8Array, int4Array, int8Array, textArray, timeArray, uuidArray } from './arrays.js';
import { refuseMissing } from './refuse-missing.js';
import { changeAccounts, insertAccounts } from './write-accounts.js';
import { changeBatches, insertBatches } from './write-batches.js';
import { changeConsumptions, insertConsumptions } from './write-consumptions.js';

/** Set-based: one statement for what begins and one for what changes, however many events. */
export async function writeRows(
  client: ClientBase,
  version: number,
  folded: Folded,
): Promise<void> {
  const { accounts, batches, consumptions } = folded;
  await insertTransactions(client, version, folded.transactions);
  await fillDurations(client, version, folded.durations);
  await insertAccounts(client, version, [...accounts.begun]);
  await changeAccounts(client, version, [...accounts.changed]);
  await insertBatches(client, version, [...batches.begun]);
  await changeBatches(client, version, [...batches.changed]);
  await insertConsumptions(client, version, [...consumptions.begun]);
  await changeConsumptions(client, version, [...consumptions.changed]);
}

async function insertTransactions(
  client: ClientBase,
  version: number,
  rows: readonly NumberedTransaction[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into mjk_point_transactions_v${version}
       (id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
        batch_id, duration, description, created_at, updated_at, revision, line, consumption_of)
     select * from unnest($1::bigint[], $2::uuid[], $3::text[], $4::integer[], $5::integer[],
       $6::integer[], $7::text[], $8::text[], $9::bigint[], $10::float8[], $11::text[],
       $12::timestamptz[], $13::timestamptz[], $14::bigint[], $15::integer[], $16::bigint[])`,
    [
      int8Array(rows.map((row) => row.id)),
      uuidArray(rows.map((row) => row.user_id)),
      textArray(rows.map((row) => row.type)),
      int4Array(rows.map((row) => row.amount)),
      int4Array(rows.map((row) => row.balance_before)),
      int4Array(rows.map((row) => row.balance_after)),
      textArray(rows.map((row) => row.source_type)),
      textArray(rows.map((row) => row.source_id)),
      int8Array(rows.map((row) => row.batch_id)),
      float8Array(rows.map((row) => row.duration)),
      textArray(rows.map((row) => row.description)),
      timeArray(rows.map((row) => row.created_at)),
      timeArray(rows.map((row) => row.updated_at)),
      int8Array(rows.map((row) => row.revision)),
      int4Array(rows.map((row) => row.line)),
      int8Array(rows.map((row) => row.consumption_of)),
    ],
  );
}

async function fillDurations(
  client: ClientBase,
  version: number,
  rows: readonly TransactionDuration[],
): Promise<void> {
  if (rows.length === 0) return;
  const { rowCount } = await client.query(
    `update mjk_point_transactions_v${version} t
     set duration = d.duration, updated_at = d.updated_at
     from unnest($1::bigint[], $2::bigint[], $3::float8[], $4::timestamptz[])
       as d (id, revision, duration, updated_at)
     where t.id = d.id and t.revision = d.revision and t.line = 0`,
    [
      int8Array(rows.map((row) => row.id)),
      int8Array(rows.map((row) => row.revision)),
      float8Array(rows.map((row) => row.duration)),
      timeArray(rows.map((row) => row.updated_at)),
    ],
  );
  refuseMissing('durations', rowCount, rows.length);
}
