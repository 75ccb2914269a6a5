/** The trigger rejects changes by every role, including the owner. */
export const makeAppendOnly = `
create function event_store.refuse_change() returns trigger language plpgsql as $function$
begin
  raise exception 'events are only ever added: % is refused', tg_op using errcode = '42501';
end
$function$;

create trigger append_only before update or delete or truncate on event_store.events
  for each statement execute function event_store.refuse_change();
`;
