import { EVENT_WRITER } from './005-writer.js';

/** So many that there are few partitions, and so few that the indexes of one stay in memory. */
const PARTITION_POSITIONS = 2_097_152;

const PARAMETERS = `p_append int[], p_stream text[], p_expected bigint[],
  p_id uuid[], p_type text[], p_data text[], p_meta text[], p_hash bytea[],
  out base bigint, out answers jsonb`;
const ITEMS = `unnest(p_append, p_stream, p_expected, p_id, p_type, p_data, p_meta, p_hash)
  with ordinality i(append, stream, expected, id, type, data, meta, hash, place)`;
const DEFINER = 'language plpgsql security definer set search_path = event_store, pg_temp';

/** The range of the first partition, as the preparation of this migration has promised it. */
export const FIRST_PARTITION_CHECK = 'events_1_positions';

/** Null for a stream that is not an account. Ids have one form only, so that no two streams share one. */
export const CREATE_ACCOUNT_OF = `
create or replace function event_store.account_of(stream text) returns uuid
language sql immutable parallel safe as $function$
  select substring(stream from
    '^points-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$')::uuid
$function$;
`;

/** What an index of the parent contains. Its partitions have the same. */
export const INDEXES = {
  of_account: `(event_store.account_of(stream), revision)
    where event_store.account_of(stream) is not null`,
  of_stream: `(stream, revision) where event_store.account_of(stream) is null`,
} as const;

/**
 * The first position of the second partition: the next boundary that leaves a million positions, or
 * two percent, for what is appended while the first one is checked.
 */
export const FIRST_BOUNDARY = `
  (select 1 + ${PARTITION_POSITIONS} * ceil(
      (h.position + case when h.position = 0 then 0 else greatest(1000000, h.position / 50) end + 1)
      / ${PARTITION_POSITIONS}::numeric)::bigint
   from event_store.head h)`;

/**
 * Indexes that grow with all events make each append dearer: every event touches other pages of them,
 * and after a checkpoint each of these pages is written to the log as a whole. The events are divided
 * by position, therefore, and what an append touches besides its partition is one short row.
 *
 * - \`account_heads\` says where each account ends, and guards its revisions. An account without a row is
 *   new, or all its events are in the table of before, which is the first partition as it stands.
 * - Ids are compared at their place (account and revision), and no longer with those of all others.
 * - The next partition is created long before it is needed. Attaching an empty table waits for nobody
 *   who reads or appends; \`create table … partition of\` would wait for the longest reader.
 *
 * Builds from before append by the same functions, and read the same columns from the same name.
 * The unique index over (stream, revision) of the first partition remains for their reads, until
 * \`npm run migrate -- --finish\`, unless the table is empty.
 */
export const createPartitions = `
lock table event_store.head in access exclusive mode;
lock table event_store.events in access exclusive mode;

${CREATE_ACCOUNT_OF}

create table event_store.account_heads (
  user_id uuid primary key,
  revision bigint not null,
  first_position bigint not null
) with (fillfactor = 85);

create table event_store.partitioning (
  one boolean primary key default true check (one),
  partition_positions bigint not null,
  end_position bigint not null,
  heads_after bigint not null
) with (fillfactor = 10);
comment on column event_store.partitioning.end_position is 'the first position that has no partition yet';
comment on column event_store.partitioning.heads_after is
  'accounts without an event behind this position need no row in account_heads';
insert into event_store.partitioning
select true, ${PARTITION_POSITIONS},
  coalesce((select substring(pg_get_constraintdef(c.oid) from '[0-9]+')::bigint
    from pg_constraint c where c.conrelid = 'event_store.events'::regclass
      and c.conname = '${FIRST_PARTITION_CHECK}' and c.convalidated), ${FIRST_BOUNDARY}),
  h.position
from event_store.head h;

alter table event_store.events rename to events_1;
alter table event_store.events_1 rename constraint events_position to events_1_pkey;
alter table event_store.events_1 rename constraint events_revision to events_1_revision;
alter table event_store.events_1 drop constraint events_id;
drop trigger note_settings on event_store.events_1;

create table event_store.events (
  like event_store.events_1 including defaults including constraints including storage
) partition by range (position);
alter table event_store.events drop constraint if exists ${FIRST_PARTITION_CHECK};
alter table event_store.events add constraint events_position primary key (position);
create index events_of_account on event_store.events ${INDEXES.of_account};
create index events_of_stream on event_store.events ${INDEXES.of_stream};

do $block$
begin
  execute format('alter table event_store.events attach partition event_store.events_1
    for values from (minvalue) to (%s)', (select end_position from event_store.partitioning));
  if not exists (select from event_store.events_1) then
    alter table event_store.events_1 drop constraint events_1_revision;
  end if;
end
$block$;
alter table event_store.events_1 drop constraint if exists ${FIRST_PARTITION_CHECK};

create trigger append_only before update or delete or truncate on event_store.events
  for each statement execute function event_store.refuse_change();
create trigger note_settings before insert on event_store.events
  for each row when (new.stream = 'ledger-settings') execute function event_store.note_settings();

create function event_store.add_partition() returns void ${DEFINER} as $function$
declare
  first bigint;
  next bigint;
begin
  select p.end_position, p.end_position + p.partition_positions into first, next
  from partitioning p for update;
  execute format('create table %I (
    like events including defaults including constraints including storage)', 'events_' || first);
  execute format('create trigger append_only before update or delete or truncate on %I
    for each statement execute function refuse_change()', 'events_' || first);
  execute format('alter table events attach partition %I for values from (%s) to (%s)',
    'events_' || first, first, next);
  update partitioning set end_position = next;
end
$function$;

create function event_store.try_to_add_partition() returns void ${DEFINER}
  set lock_timeout = '20ms' as $function$
begin
  perform add_partition();
exception when lock_not_available then
  null; -- An analysis of the table is running, and there is room for long.
end
$function$;

create function event_store.revision_of(p_stream text) returns bigint
${DEFINER} stable as $function$
declare
  account uuid := account_of(p_stream);
  found bigint;
begin
  if account is null then
    return (select max(e.revision) from events e
      where account_of(e.stream) is null and e.stream = p_stream);
  end if;
  select h.revision into found from account_heads h where h.user_id = account;
  if found is null and (select p.heads_after from partitioning p) > 0 then
    found := (select max(e.revision) from events_1 e where account_of(e.stream) = account);
  end if;
  return found;
end
$function$;

create or replace function event_store.write_appends(${PARAMETERS}) ${DEFINER} as $function$
declare
  last bigint;
  room bigint;
  old_heads bigint;
  all_good boolean;
begin
  select h.position into base from head h for update;

  last := base + cardinality(p_append);
  select p.end_position - 1 - last, p.heads_after into room, old_heads from partitioning p;
  if room < 0 then
    perform add_partition();
  elsif room < (select p.partition_positions / 4 from partitioning p)
    and base / 1024 <> last / 1024 then
    perform try_to_add_partition();
  end if;

  select bool_and(a.account is not null and a.expected = coalesce(
      (select h.revision from account_heads h where h.user_id = a.account),
      case when old_heads > 0 then
        (select max(e.revision) from events_1 e where account_of(e.stream) = a.account) end,
      -1))
    and count(distinct a.account) = count(*)
  into all_good
  from (
    select distinct on (u.append) u.append, account_of(u.stream) as account, u.expected
    from unnest(p_append, p_stream, p_expected) u(append, stream, expected)
  ) a;

  if all_good then
    insert into events (position, revision, id, stream, type, data, meta, hash)
    select base + i.place, i.expected + row_number() over (partition by i.append order by i.place),
      i.id, i.stream, i.type, i.data, i.meta, i.hash
    from ${ITEMS};
    insert into account_heads (user_id, revision, first_position)
    select account_of(i.stream), i.expected + count(*),
      case when i.expected < 0 then base + min(i.place) else 1 end
    from unnest(p_append, p_stream, p_expected) with ordinality i(append, stream, expected, place)
    group by i.append, i.stream, i.expected
    on conflict (user_id) do update set revision = excluded.revision;
    update head set position = last;
    perform pg_notify('event_store', '');
    return;
  end if;

  with items as materialized (
    select i.*, i.expected + row_number() over (partition by i.append order by i.place) as revision
    from ${ITEMS}
  ),
  asked as materialized (
    select i.append, i.stream, i.expected, count(*) as events,
      coalesce(revision_of(i.stream), -1) as current
    from items i group by i.append, i.stream, i.expected
  ),
  repeats as materialized (
    select a.append, max(e.position) as position
    from asked a
    join items i on i.append = a.append
    left join lateral (
      select r.position, r.id from read_stream(i.stream, i.revision, 1, false) r
    ) e on e.id = i.id
    where a.expected < a.current
    group by a.append having bool_and(e.id is not null)
  ),
  fresh as (
    select a.*, a.current + coalesce(sum(a.events) over (
      partition by a.stream order by a.append
      rows between unbounded preceding and 1 preceding), 0) as before
    from asked a where not exists (select from repeats r where r.append = a.append)
  ),
  checked as (
    select f.*, bool_and(f.expected = f.before) over (
      partition by f.stream order by f.append rows unbounded preceding) as good
    from fresh f
  ),
  placed as materialized (
    select c.*, base + sum(c.events) over (order by c.append) as position from checked c where c.good
  ),
  written as (
    insert into events (position, revision, id, stream, type, data, meta, hash)
    select base + row_number() over (order by i.place), i.revision, i.id, i.stream, i.type, i.data,
      i.meta, i.hash
    from items i join placed p on p.append = i.append
  ),
  ended as (
    insert into account_heads (user_id, revision, first_position)
    select account_of(p.stream), min(p.current) + sum(p.events),
      case when min(p.current) < 0 then min(p.position - p.events) + 1 else 1 end
    from placed p where account_of(p.stream) is not null group by p.stream
    on conflict (user_id) do update set revision = excluded.revision
  )
  select jsonb_agg(case
      when r.append is not null then jsonb_build_array('repeat', a.expected + a.events, r.position)
      when p.append is not null then jsonb_build_array('ok', a.expected + a.events, p.position)
      else jsonb_build_array('conflict', a.current, null)
    end order by a.append),
    coalesce(max(p.position), base)
  into answers, last
  from asked a left join repeats r using (append) left join placed p using (append);

  if last > base then update head set position = last; end if;
  perform pg_notify('event_store', '');
end
$function$;

create function event_store.read_stream(
  p_stream text, p_from bigint, p_limit int, p_backwards boolean
) returns setof event_store.events language plpgsql stable
set search_path = event_store, pg_temp as $function$
declare
  account uuid := account_of(p_stream);
  since bigint;
begin
  if account is null then
    if p_backwards then
      return query select e.* from events e where account_of(e.stream) is null
        and e.stream = p_stream and e.revision <= p_from order by e.revision desc limit p_limit;
    else
      return query select e.* from events e where account_of(e.stream) is null
        and e.stream = p_stream and e.revision >= p_from order by e.revision limit p_limit;
    end if;
    return;
  end if;
  select h.first_position into since from account_heads h where h.user_id = account;
  if since is null then
    if p_backwards then
      return query select e.* from events_1 e where account_of(e.stream) = account
        and e.revision <= p_from order by e.revision desc limit p_limit;
    else
      return query select e.* from events_1 e where account_of(e.stream) = account
        and e.revision >= p_from order by e.revision limit p_limit;
    end if;
  elsif p_backwards then
    return query select e.* from events e where account_of(e.stream) = account
      and e.revision <= p_from and e.position >= since order by e.revision desc limit p_limit;
  else
    return query select e.* from events e where account_of(e.stream) = account
      and e.revision >= p_from and e.position >= since order by e.revision limit p_limit;
  end if;
end
$function$;

revoke all on function event_store.add_partition, event_store.try_to_add_partition,
  event_store.revision_of, event_store.write_appends, event_store.read_stream from public;
grant select on event_store.events, event_store.account_heads to ${EVENT_WRITER};
grant execute on function event_store.account_of, event_store.read_stream to ${EVENT_WRITER};
`;
