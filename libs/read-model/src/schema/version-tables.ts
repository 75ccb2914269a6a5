/**
 * The tables of one version. A change of their shape or of what rows mean is a rebuild: the next
 * version is made by this page as it stands then, beside the one that is read.
 */
export function tablesSql(version: number): string {
  const v = `v${version}`;
  return `
    create table mjk_point_transactions_${v} (
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
    create table mjk_point_accounts_${v} (
      user_id uuid primary key,
      balance integer not null check (balance >= 0),
      held integer not null check (held >= 0),
      revision bigint not null,
      updated_at timestamptz not null
    ) with (fillfactor = 50);
    create table mjk_point_batches_${v} (
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
    create table mjk_point_consumptions_${v} (
      user_id uuid not null,
      revision bigint not null,
      consumption_id varchar(128) not null,
      source_type varchar(32) not null,
      source_id varchar(64),
      status varchar(20) not null
        check (status in ('open', 'closed', 'settled', 'cancelled', 'timed_out')),
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
    ) with (fillfactor = 90);`;
}

/** What a rebuild makes last. Each can be run again. */
export function indexesSql(version: number): readonly string[] {
  const v = `v${version}`;
  return [
    `create index if not exists mjk_point_transactions_${v}_page
       on mjk_point_transactions_${v} (user_id, id desc)`,
    // The rows of the event that began a consumption are found by their ids.
    `create index if not exists mjk_point_transactions_${v}_later
       on mjk_point_transactions_${v} (user_id, consumption_of, id)
       where consumption_of <> revision`,
    `create index if not exists mjk_point_batches_${v}_due
       on mjk_point_batches_${v} (due_at, user_id) where due_at is not null`,
    `create index if not exists mjk_point_consumptions_${v}_due
       on mjk_point_consumptions_${v} (due_at, user_id) where due_at is not null`,
  ];
}

/**
 * The names that readers use. mjk_point_transactions shows what every reader may rely on,
 * mjk_point_transaction_lines also what each row was made of.
 */
export function viewsSql(version: number): string {
  const v = `v${version}`;
  return `
    create or replace view mjk_point_transactions as
      select id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
             batch_id, duration, description, created_at, updated_at
      from mjk_point_transactions_${v};
    create or replace view mjk_point_transaction_lines as
      select id, user_id, type, amount, balance_before, balance_after, source_type, source_id,
             batch_id, duration, description, created_at, updated_at,
             revision, line, consumption_of
      from mjk_point_transactions_${v};
    create or replace view mjk_point_accounts as
      select user_id, balance, held, revision, updated_at
      from mjk_point_accounts_${v};
    create or replace view mjk_point_batches as
      select user_id, batch_id, points, remaining, priority, expires_at, grace, revision, line,
             created_at, due_at
      from mjk_point_batches_${v};
    create or replace view mjk_point_consumptions as
      select user_id, revision, consumption_id, source_type, source_id, status, estimate, actual,
             drawn, refunded, duration, settle_by, opened_at, closed_at, first_row, row_count,
             duration_row, due_at
      from mjk_point_consumptions_${v};`;
}

export function dropTablesSql(version: number): string {
  const v = `v${version}`;
  return `
    drop table if exists mjk_point_transactions_${v};
    drop table if exists mjk_point_accounts_${v};
    drop table if exists mjk_point_batches_${v};
    drop table if exists mjk_point_consumptions_${v};`;
}
