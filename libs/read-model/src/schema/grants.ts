/** The role of the projector, which may write the read tables. */
export const TABLE_WRITER = 'points_ledger_projector';
/** The role of the API, the sweeper and auditors, which may read the read tables. */
export const TABLE_READER = 'points_ledger_reader';

/**
 * The privileges, granted after every migration and for every version that a rebuild makes. The roles own
 * nothing and can't log in: a login is made a member of what it needs. Roles belong to the whole server, so
 * that another database may have created them, or be creating them now.
 */
export const GRANTS = `
do $block$
declare
  role_name text;
  relation record;
begin
  foreach role_name in array array['${TABLE_WRITER}', '${TABLE_READER}'] loop
    begin
      if not exists (select from pg_roles where rolname = role_name) then
        execute format('create role %I nologin', role_name);
      end if;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise exception 'role % is missing, and % may not create it', role_name, current_user
          using errcode = '42501';
    end;
  end loop;

  if has_schema_privilege('public', current_schema(), 'create') then
    execute format('revoke create on schema %I from public', current_schema());
  end if;
  execute format('grant usage on schema %I to ${TABLE_WRITER}, ${TABLE_READER}', current_schema());

  for relation in
    select c.relname as name, c.relkind as kind, c.relname = 'mjk_point_migrations' as is_history
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v')
      and c.relname like 'mjk\\_point\\_%' and pg_has_role(c.relowner, 'usage')
  loop
    execute format('revoke all on %I from public', relation.name);
    execute format('grant select on %I to ${TABLE_WRITER}, ${TABLE_READER}', relation.name);
    if relation.kind <> 'v' and not relation.is_history then
      execute format('grant insert, update, delete on %I to ${TABLE_WRITER}', relation.name);
    end if;
  end loop;
end
$block$;
`;
