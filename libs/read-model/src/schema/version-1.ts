/**
 * Version 1 of the tables, with which every database begins. It is written out, because databases store its
 * digest: if it were derived from the tables as they are defined now, the next new column would change the
 * digest, and the program would refuse every existing database.
 */
export const VERSION_1 = `
      create table mjk_point_transactions_v1 (
  id bigint primary key,
  user_id uuid not null,
  type varchar(20) not null check (type in ('recharge', 'consume', 'expire', 'refund')),
  amount integer not null check (amount > 0),
  balance_before integer not null check (balance_before >= 0),
  balance_after integer not null check (balance_after >= 0),
  source_type varchar(32),
  source_id varchar(64),
  batch_id bigint,
  duration double precision,
  description text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  revision bigint not null,
  line integer not null,
  consumption_of bigint
);
create table mjk_point_accounts_v1 (
  user_id uuid primary key,
  balance integer not null check (balance >= 0),
  held integer not null check (held >= 0),
  revision bigint not null,
  updated_at timestamptz not null
) with (fillfactor = 50);
create table mjk_point_batches_v1 (
  user_id uuid not null,
  batch_id bigint not null,
  points bigint not null,
  remaining integer not null check (remaining >= 0),
  priority smallint not null,
  expires_at timestamptz,
  grace boolean not null,
  revision bigint not null,
  line integer not null,
  created_at timestamptz not null,
  due_at timestamptz generated always as (case when remaining > 0 then expires_at end) stored,
  primary key (user_id, batch_id)
) with (fillfactor = 50);
create table mjk_point_consumptions_v1 (
  user_id uuid not null,
  revision bigint not null,
  consumption_id varchar(128) not null,
  source_type varchar(32) not null,
  source_id varchar(64),
  status varchar(20) not null check (status in ('open', 'closed', 'settled', 'cancelled', 'timed_out')),
  estimate integer,
  actual integer,
  drawn bigint not null,
  refunded bigint not null check (refunded <= drawn),
  duration double precision,
  settle_by timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  first_row bigint not null,
  row_count integer not null,
  duration_row bigint not null,
  due_at timestamptz generated always as (case when status = 'open' then settle_by end) stored,
  primary key (user_id, revision)
) with (fillfactor = 90);
      create index if not exists mjk_point_transactions_v1_page on mjk_point_transactions_v1 (user_id, id desc);create index if not exists mjk_point_transactions_v1_later
       on mjk_point_transactions_v1 (user_id, consumption_of, id) where consumption_of <> revision;create index if not exists mjk_point_batches_v1_due
       on mjk_point_batches_v1 (due_at, user_id) where due_at is not null;create index if not exists mjk_point_consumptions_v1_due
       on mjk_point_consumptions_v1 (due_at, user_id) where due_at is not null;
      create or replace view mjk_point_transactions as select id, user_id, type, amount, balance_before, balance_after, source_type, source_id, batch_id, duration, description, created_at, updated_at from mjk_point_transactions_v1;
create or replace view mjk_point_transaction_lines as select id, user_id, type, amount, balance_before, balance_after, source_type, source_id, batch_id, duration, description, created_at, updated_at, revision, line, consumption_of from mjk_point_transactions_v1;
create or replace view mjk_point_accounts as select user_id, balance, held, revision, updated_at from mjk_point_accounts_v1;
create or replace view mjk_point_batches as select user_id, batch_id, points, remaining, priority, expires_at, grace, revision, line, created_at, due_at from mjk_point_batches_v1;
create or replace view mjk_point_consumptions as select user_id, revision, consumption_id, source_type, source_id, status, estimate, actual, drawn, refunded, duration, settle_by, opened_at, closed_at, first_row, row_count, duration_row, due_at from mjk_point_consumptions_v1;
      insert into mjk_point_checkpoints (name, version, state) values ('points', 1, 'live');`;
