/**
 * What rules 2 needs in every version of the tables that exists. New columns may be left out by programs of
 * earlier releases, which may go on writing meanwhile. Writers wait from the first line on, so that none
 * holds a table that is altered later; readers wait only once the indexes are there.
 */
export const RULES_2_TABLES = `
do $block$
declare
  of_version integer;
  live integer;
begin
  lock table mjk_point_checkpoints in exclusive mode;
  for of_version in
    select distinct version from mjk_point_checkpoints
    where to_regclass(format('mjk_point_transactions_v%s', version)) is not null
    order by version
  loop
    execute format($sql$
      create index if not exists mjk_point_transactions_v%1$s_source
        on mjk_point_transactions_v%1$s (user_id, source_id, id desc)
        where source_id is not null;
      create table mjk_point_recharges_v%1$s (
        user_id uuid not null,
        revision bigint not null,
        recharge_id varchar(128) not null,
        batch_id bigint not null,
        points integer not null,
        reversed bigint not null,
        reinstated bigint not null check (reinstated <= reversed),
        source_id varchar(64),
        primary key (user_id, revision)
      ) with (fillfactor = 90);
      create index if not exists mjk_point_recharges_v%1$s_id
        on mjk_point_recharges_v%1$s (user_id, recharge_id, revision desc);
    $sql$, of_version);
  end loop;

  alter table mjk_point_checkpoints
    add column has_all_recharges boolean not null default false;
  update mjk_point_checkpoints set has_all_recharges = true where position is null;

  for of_version in
    select distinct version from mjk_point_checkpoints
    where to_regclass(format('mjk_point_transactions_v%s', version)) is not null
    order by version
  loop
    execute format($sql$
      alter table mjk_point_accounts_v%1$s
        add column owed integer not null default 0 check (owed >= 0);
      alter table mjk_point_consumptions_v%1$s
        add column charged integer,
        add column owed integer not null default 0,
        add column uncollected integer not null default 0,
        add column quantity double precision,
        add column price jsonb;
    $sql$, of_version);
  end loop;

  select version into live from mjk_point_checkpoints where name = 'points' and state = 'live';
  if live is not null then
    execute format($sql$
      create or replace view mjk_point_accounts as
        select user_id, balance, held, revision, updated_at, owed
        from mjk_point_accounts_v%1$s;
      create or replace view mjk_point_consumptions as
        select user_id, revision, consumption_id, source_type, source_id, status, estimate, actual,
          drawn, refunded, duration, settle_by, opened_at, closed_at, first_row, row_count,
          duration_row, due_at, coalesce(charged, actual) as charged, owed, uncollected, quantity,
          price
        from mjk_point_consumptions_v%1$s;
      create or replace view mjk_point_recharges as
        select user_id, revision, recharge_id, batch_id, points, reversed, reinstated, source_id
        from mjk_point_recharges_v%1$s;
    $sql$, live);
  end if;
end
$block$;`;
