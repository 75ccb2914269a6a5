/** The role of every connection of the adapter, which may read, and append through the function. */
export const EVENT_WRITER = 'points_ledger_writer';

/** Roles belong to the whole server, so that another database may have created it, or does so now. */
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
