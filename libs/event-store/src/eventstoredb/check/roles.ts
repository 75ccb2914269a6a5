/** The fields of a JSON object, and none for any other value. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

/** The users and groups that an access list names for a permission, or null when it names none. */
export function rolesOf(acl: unknown, right: string): readonly string[] | null {
  const roles = fieldsOf(acl)[right];
  if (typeof roles === 'string') return [roles];
  if (!Array.isArray(roles)) return null;
  return roles.filter((role) => typeof role === 'string');
}
