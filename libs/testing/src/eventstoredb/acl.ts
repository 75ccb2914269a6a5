import { InvalidJson, objectFrom, type JsonValue } from './server-json.js';

export type Roles = readonly string[];

/** Who may do what to a stream; where it says nothing of an action, the next wider one does. */
export interface StreamAcl {
  readonly read?: Roles;
  readonly write?: Roles;
  readonly delete?: Roles;
  readonly metaRead?: Roles;
  readonly metaWrite?: Roles;
}

const FIELDS = new Map<string, keyof StreamAcl>([
  ['$r', 'read'],
  ['$w', 'write'],
  ['$d', 'delete'],
  ['$mr', 'metaRead'],
  ['$mw', 'metaWrite'],
]);

/** An unknown field, or a role that is no string, makes the whole metadata count for nothing. */
export function aclFrom(value: JsonValue): StreamAcl {
  const acl: { -readonly [Action in keyof StreamAcl]: Roles } = {};
  for (const [name, roles] of objectFrom(value)) {
    const action = FIELDS.get(name);
    if (action === undefined) throw new InvalidJson(`unknown right ${name}`);
    acl[action] = rolesFrom(roles);
  }
  return acl;
}

function rolesFrom(value: JsonValue): Roles {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) throw new InvalidJson('roles that are neither text nor a list');
  return value.map((role: JsonValue) => {
    if (typeof role !== 'string') throw new InvalidJson('a role that is no text');
    return role;
  });
}

const ALL_USERS: Roles = ['$all'];
const ADMINS: Roles = ['$admins'];

const forEveryAction = (roles: Roles): StreamAcl => ({
  read: roles,
  write: roles,
  delete: roles,
  metaRead: roles,
  metaWrite: roles,
});

/** What holds where neither the stream nor `$settings` says another thing. */
export const DEFAULT_USER_ACL: StreamAcl = forEveryAction(ALL_USERS);
export const DEFAULT_SYSTEM_ACL: StreamAcl = forEveryAction(ADMINS);
