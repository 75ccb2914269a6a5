import { EVENT_WRITER } from './migrations/005-writer.js';

/** The role of the projector and of auditors, which may only read events and snapshots. */
export const EVENT_READER = 'points_ledger_event_reader';

/**
 * The privileges of each role, granted after every migration, so that new tables are covered too.
 * These roles own nothing and cannot log in: a login becomes a member of the roles it needs.
 * Roles belong to the whole server, so that another database may have created one, or does so now.
 */
export const GRANTS = `
do $block$
begin
  if not exists (select from pg_roles where rolname = '${EVENT_READER}') then
    create role ${EVENT_READER} nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'role ${EVENT_READER} is missing, and % may not create it', current_user
      using errcode = '42501';
end
$block$;

revoke all on schema event_store from public;
revoke all on all tables in schema event_store from public;
revoke all on all functions in schema event_store from public;
grant usage on schema event_store to ${EVENT_WRITER}, ${EVENT_READER};
grant select on event_store.events, event_store.head, event_store.migrations
  to ${EVENT_WRITER}, ${EVENT_READER};
grant select, insert, update, delete on event_store.snapshots to ${EVENT_WRITER};
grant select on event_store.snapshots to ${EVENT_READER};
grant execute on function event_store.append, event_store.append_events to ${EVENT_WRITER};
`;
