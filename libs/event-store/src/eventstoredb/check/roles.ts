/** The fields of a JSON object; of anything else, none. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

/** Who an access list names for a right; it may be one text or a list. null: it says nothing. */
export function rolesOf(acl: unknown, right: string): readonly string[] | null {
  const roles = fieldsOf(acl)[right];
  if (typeof roles === 'string') return [roles];
  if (!Array.isArray(roles)) return null;
  return roles.filter((role) => typeof role === 'string');
}
