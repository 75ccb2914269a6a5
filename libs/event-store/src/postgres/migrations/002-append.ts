/**
 * The arrays have one element per event. p_append numbers the appends of the call from 1, in order,
 * and p_expected is the revision after which the whole append belongs (-1: no stream).
 *
 * The head row is locked in a statement of its own, so that the next statement takes a fresh snapshot
 * with everything that the previous holder committed. Positions are dense and in commit order.
 *
 * `answers` is null when everything was written in order after position `base`. Otherwise it has
 * [kind, revision, position] for each append. Of the appends to one stream, those before the first
 * invalid one are written.
 */
export const createAppend = `
create function event_store.append(
  p_append int[], p_stream text[], p_expected bigint[],
  p_id uuid[], p_type text[], p_data text[], p_meta text[], p_hash bytea[],
  out base bigint, out answers jsonb
) language plpgsql security definer set search_path = event_store, pg_temp as $function$
declare
  all_good boolean;
begin
  select h.position into base from head h for update;

  select bool_and(a.expected = coalesce(
      (select max(e.revision) from events e where e.stream = a.stream), -1))
    and count(distinct a.stream) = count(*)
  into all_good
  from (
    select distinct on (u.append) u.append, u.stream, u.expected
    from unnest(p_append, p_stream, p_expected) u(append, stream, expected)
  ) a;

  if all_good then
    insert into events (position, revision, id, stream, type, data, meta, hash)
    select base + i.place, i.expected + row_number() over (partition by i.append order by i.place),
      i.id, i.stream, i.type, i.data, i.meta, i.hash
    from unnest(p_append, p_stream, p_expected, p_id, p_type, p_data, p_meta, p_hash)
      with ordinality i(append, stream, expected, id, type, data, meta, hash, place);
    update head set position = base + cardinality(p_append);
    perform pg_notify('event_store', '');
    return;
  end if;

  with items as materialized (
    select i.*, i.expected + row_number() over (partition by i.append order by i.place) as revision
    from unnest(p_append, p_stream, p_expected, p_id, p_type, p_data, p_meta, p_hash)
      with ordinality i(append, stream, expected, id, type, data, meta, hash, place)
  ),
  asked as materialized (
    select i.append, i.stream, i.expected, count(*) as events,
      coalesce((select max(e.revision) from events e where e.stream = i.stream), -1) as current
    from items i group by i.append, i.stream, i.expected
  ),
  repeats as materialized (
    select a.append, max(e.position) as position
    from asked a
    join items i on i.append = a.append
    left join events e on e.stream = i.stream and e.revision = i.revision and e.id = i.id
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
  )
  select jsonb_agg(case
      when r.append is not null then jsonb_build_array('repeat', a.expected + a.events, r.position)
      when p.append is not null then jsonb_build_array('ok', a.expected + a.events, p.position)
      else jsonb_build_array('conflict', a.current, null)
    end order by a.append)
  into answers
  from asked a left join repeats r using (append) left join placed p using (append);

  update head set position = (select max(e.position) from events e)
  where (select max(e.position) from events e) > base;
  perform pg_notify('event_store', '');
end
$function$;
`;
