import { EVENT_WRITER } from './005-writer.js';

/** The signature of the function that writes, for names that need it. */
const ARRAYS = 'int[], text[], bigint[], uuid[], text[], text[], text[], bytea[]';
const PARAMETERS = `p_append int[], p_stream text[], p_expected bigint[],
  p_id uuid[], p_type text[], p_data text[], p_meta text[], p_hash bytea[],
  out base bigint, out answers jsonb`;
const ARGUMENTS = 'p_append, p_stream, p_expected, p_id, p_type, p_data, p_meta, p_hash';
const DEFINER = 'language plpgsql security definer set search_path = event_store, pg_temp';

/**
 * Builds from before the settings append by `append`, and can't know of rules that were published
 * since: once there are any but rules 1, that function answers that the build is too old. Later builds
 * append by `append_events`, and say which rules they know. They decide nothing by themselves once
 * unknown rules are in force; here the database makes sure of it.
 *
 * Both lock the head first, so that the next statement sees all that was committed before.
 *
 * A version of the settings must be written right after the moment that it names: every process relies
 * on reading it well before it is in force. The first version needs no such care, because no command
 * was decided without it.
 */
export const fenceRules = `
create table event_store.rules_published (
  number int primary key,
  since timestamptz not null
);

create function event_store.note_settings() returns trigger ${DEFINER} as $function$
declare
  settings json := new.data::json;
begin
  if new.revision > 0
    and abs(extract(epoch from new.recorded_at - (settings->>'at')::timestamptz)) > 10 then
    raise exception 'settings that say they were published at % came at %',
      settings->>'at', new.recorded_at using errcode = '23514';
  end if;
  insert into rules_published
  values ((settings->>'rules')::int, (settings->>'from')::timestamptz)
  on conflict do nothing;
  return new;
end
$function$;

create trigger note_settings before insert on event_store.events
  for each row when (new.stream = 'ledger-settings') execute function event_store.note_settings();

alter function event_store.append(${ARRAYS}) rename to write_appends;
revoke all on function event_store.write_appends from public, ${EVENT_WRITER};

create function event_store.append(${PARAMETERS}) ${DEFINER} as $function$
begin
  perform from head for update;
  if exists (select from rules_published r where r.number > 1) then
    raise exception 'this build is too old: it knows no settings, and rules % were published',
      (select max(r.number) from rules_published r) using errcode = '22023';
  end if;
  select w.base, w.answers into base, answers from write_appends(${ARGUMENTS}) w;
end
$function$;

create function event_store.append_events(p_rules int, ${PARAMETERS}) ${DEFINER} as $function$
begin
  perform from head for update;
  if exists (select from rules_published r
      where r.number > p_rules and r.since <= clock_timestamp()) then
    raise exception 'this build is too old: it knows rules %, and rules % are in force', p_rules,
      (select max(r.number) from rules_published r) using errcode = '22023';
  end if;
  select w.base, w.answers into base, answers from write_appends(${ARGUMENTS}) w;
end
$function$;

revoke all on function event_store.append, event_store.append_events, event_store.note_settings
  from public;
grant execute on function event_store.append, event_store.append_events to ${EVENT_WRITER};
`;
