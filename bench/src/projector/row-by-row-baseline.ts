import type { Pool, PoolClient } from 'pg';
import type { EventStore, Position } from '#event-store';
import { STREAM_PREFIX } from '#identity';
import { parseEvent } from '#ledger';
import { rowsOf } from '#read-model';

const EVENTS_MAX = 15_000;
const BATCH_EVENTS = 500;

/**
 * The baseline for comparison: the same events, batches and tables without their checks, and one
 * prepared statement for each row. Rows are neither merged nor compared.
 */
export async function rowByRow(pool: Pool, store: EventStore): Promise<number> {
  await pool.query(TABLES);
  let after: Position | null = null;
  let written = 0;
  const start = performance.now();
  while (written < EVENTS_MAX) {
    const { events, next } = await store.readAll(after, BATCH_EVENTS);
    if (events.length === 0) break;
    const client = await pool.connect();
    await client.query('begin; set local synchronous_commit = off');
    for (const recorded of events) {
      const user = recorded.stream.slice(STREAM_PREFIX.length);
      await writeRows(client, rowsOf(user, recorded.revision, parseEvent(recorded)));
    }
    await client.query('commit');
    client.release();
    after = next;
    written += events.length;
  }
  const perSecond = written / ((performance.now() - start) / 1_000);
  await pool.query('drop schema usual cascade');
  return perSecond;
}

async function writeRows(client: PoolClient, rows: ReturnType<typeof rowsOf>): Promise<void> {
  const { account, transactions, batches, consumption } = rows;
  const { user_id: user, revision } = account;
  for (const row of transactions) await run(client, 'transaction', Object.values(row));
  await run(client, 'account', [user, account.balance, revision, account.at]);
  for (const { batch_id, pointsIn, remaining } of batches) {
    await run(client, 'batch', [user, batch_id, pointsIn, remaining]);
  }
  if (consumption === null) return;
  const begun = consumption.kind === 'begun' ? consumption : null;
  await run(client, 'consumption', [
    user,
    consumption.of,
    begun?.consumption_id ?? null,
    begun?.source_type ?? null,
    consumption.kind,
    begun?.points ?? 0,
    account.at,
  ]);
}

const run = (client: PoolClient, name: keyof typeof STATEMENTS, values: readonly unknown[]) =>
  client.query({ name, text: STATEMENTS[name], values: [...values] });

const STATEMENTS = {
  transaction: `insert into usual.transactions (user_id, type, amount, balance_before,
      balance_after, source_type, source_id, batch_id, duration, description, created_at,
      updated_at, revision, line, consumption_of)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
  account: `insert into usual.accounts (user_id, balance, revision, updated_at)
    values ($1, $2, $3, $4)
    on conflict (user_id) do update set balance = $2, revision = $3, updated_at = $4`,
  batch: `insert into usual.batches (user_id, batch_id, points, remaining) values ($1, $2, $3, $4)
    on conflict (user_id, batch_id) do update
    set points = batches.points + $3, remaining = batches.remaining + $4`,
  consumption: `insert into usual.consumptions (user_id, revision, consumption_id, source_type,
      status, drawn, opened_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (user_id, revision) do update set status = $5`,
};

const TABLES = `
  create schema usual;
  create table usual.transactions (id bigint generated always as identity primary key,
    user_id uuid not null, type text not null, amount integer not null,
    balance_before integer not null, balance_after integer not null, source_type text,
    source_id text, batch_id bigint, duration double precision, description text,
    created_at timestamptz not null, updated_at timestamptz not null, revision bigint not null,
    line integer not null, consumption_of bigint);
  create index on usual.transactions (user_id, id desc);
  create table usual.accounts (user_id uuid primary key, balance integer not null,
    revision bigint not null, updated_at timestamptz not null);
  create table usual.batches (user_id uuid, batch_id bigint, points bigint not null,
    remaining integer not null, primary key (user_id, batch_id));
  create table usual.consumptions (user_id uuid, revision bigint, consumption_id text,
    source_type text, status text not null, drawn bigint not null, opened_at timestamptz not null,
    primary key (user_id, revision));`;
