import type pg from 'pg';

/** A privilege on a table, a view or (execute) a function. Schema null is the first in the search path. */
export type Privilege = readonly [
  schema: string | null,
  name: string,
  privilege: 'select' | 'insert' | 'update' | 'delete' | 'execute',
];

export interface MissingPrivilege {
  readonly role: string;
  readonly right: Privilege;
}

/** Reads the catalog, where a role also sees what it may not use. */
const MISSING = `
  select current_user as role, w.place::int as place
  from unnest($1::text[], $2::text[], $3::text[]) with ordinality w(schema, name, privilege, place)
    left join pg_namespace n on n.nspname = coalesce(w.schema, current_schema())
    left join pg_class c on c.relnamespace = n.oid and c.relname = w.name
    left join pg_proc p on p.pronamespace = n.oid and p.proname = w.name
  where not coalesce(has_schema_privilege(n.oid, 'usage') and case w.privilege
    when 'execute' then has_function_privilege(p.oid, 'execute')
    else has_table_privilege(c.oid, w.privilege) end, false)
  order by w.place`;

/** Returns the privileges that the role lacks. */
export async function missingPrivileges(
  client: pg.ClientBase,
  rights: readonly Privilege[],
): Promise<readonly MissingPrivilege[]> {
  const columns = [0, 1, 2].map((at) => rights.map((right) => right[at]));
  const { rows } = await client.query<{ role: string; place: number }>(MISSING, columns);
  return rows.flatMap(({ role, place }) => {
    const right = rights[place - 1];
    return right === undefined ? [] : [{ role, right }];
  });
}

/** Says what is missing, what it is needed for, and which command grants it. */
export function grantInstruction(
  { role, right }: MissingPrivilege,
  access: string,
  from: string,
): string {
  const [schema, name, privilege] = right;
  const what = schema === null ? name : `${schema}.${name}`;
  return `role ${role} may not ${privilege} ${what}, which it needs to ${access}: grant ${from} to ${role}; (or "npm run migrate", where the grant to ${from} itself is missing)`;
}
