/** The role every connection of the adapter takes: may read, and add through the one function. */
export const EVENT_WRITER = 'points_ledger_writer';

/** Roles are of the whole server: another database may have made it, or is making it now. */
export const createWriter = `
do $block$
begin
  create role ${EVENT_WRITER} nologin;
exception when duplicate_object or unique_violation then
  null;
end
$block$;

revoke all on schema event_store from public;
revoke all on all tables in schema event_store from public;
revoke all on all functions in schema event_store from public;
grant usage on schema event_store to ${EVENT_WRITER};
grant select on event_store.events, event_store.head to ${EVENT_WRITER};
grant select, insert, update, delete on event_store.snapshots to ${EVENT_WRITER};
grant execute on function event_store.append to ${EVENT_WRITER};

do $block$
begin
  if not pg_has_role(current_user, '${EVENT_WRITER}', 'member') then
    grant ${EVENT_WRITER} to current_user;
  end if;
end
$block$;
`;
