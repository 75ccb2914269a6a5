/**
 * What accounts that are taken over from another service need in every version of the tables that exists. New
 * columns may be left out by programs of earlier releases, which may go on writing meanwhile.
 *
 * The times of legacy rows are those of the other service, and may decrease. Only the rows after them are
 * searched by time, and bounds on ids take legacy rows in whole. A clock there may have been five minutes ahead.
 */
export const TAKE_OVER_TABLES = `
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
      alter table mjk_point_transactions_v%1$s add column legacy_id bigint;
      create unique index mjk_point_transactions_v%1$s_legacy
        on mjk_point_transactions_v%1$s (user_id, legacy_id) where legacy_id is not null;
      alter table mjk_point_accounts_v%1$s
        add column take_over varchar(12),
        add column legacy_through bigint;
    $sql$, of_version);
  end loop;

  select version into live from mjk_point_checkpoints where name = 'points' and state = 'live';
  if live is not null then
    execute format($sql$
      create or replace view mjk_point_transaction_lines as
        select id, user_id, type, amount, balance_before, balance_after, source_type, source_id, batch_id,
          duration, description, created_at, updated_at, revision, line, consumption_of, legacy_id
        from mjk_point_transactions_v%1$s;
      create or replace view mjk_point_accounts as
        select user_id, balance, held, revision, updated_at, owed, take_over, legacy_through
        from mjk_point_accounts_v%1$s;
    $sql$, live);
  end if;
end
$block$;

create function mjk_point_native_id(of_user uuid) returns bigint
language plpgsql stable as $$
declare
  low bigint := 0;
  high bigint;
  middle bigint;
  found record;
begin
  if not exists (
    select from mjk_point_accounts where user_id = of_user and take_over is not null
  ) then return 0; end if;
  select id into high from mjk_point_transactions
    where user_id = of_user order by id desc limit 1;
  high := coalesce(high, 0) + 1;
  while low < high loop
    middle := (low + high) / 2;
    select id, legacy_id into found from mjk_point_transaction_lines
      where user_id = of_user and id >= middle order by id limit 1;
    if found.legacy_id is not null then low := found.id + 1; else high := middle; end if;
  end loop;
  return low;
end $$;

create function mjk_point_end_id(of_user uuid, since timestamptz) returns bigint
language plpgsql stable as $$
declare
  low bigint;
  high bigint;
  middle bigint;
  found record;
begin
  select id into high from mjk_point_transactions
    where user_id = of_user order by id desc limit 1;
  high := coalesce(high, 0) + 1;
  if since = 'infinity' then return high; end if;
  low := mjk_point_native_id(of_user);
  while low < high loop
    middle := (low + high) / 2;
    select id, created_at into found from mjk_point_transactions
      where user_id = of_user and id >= middle order by id limit 1;
    if found.created_at < since then low := found.id + 1; else high := middle; end if;
  end loop;
  return low;
end $$;

create or replace function mjk_point_first_id(of_user uuid, since timestamptz) returns bigint
language plpgsql stable as $$
declare
  native bigint;
  low bigint;
begin
  if since = '-infinity' then return 0; end if;
  native := mjk_point_native_id(of_user);
  if native = 0 then return mjk_point_end_id(of_user, since); end if;
  low := mjk_point_end_id(of_user, since - interval '5 minutes');
  if low <= native then return 0; end if;
  return low;
end $$;`;
