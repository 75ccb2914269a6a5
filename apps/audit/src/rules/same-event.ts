/**
 * Where two pieces of plain data differ: the name of the first field, down to the place in a list;
 * null: nowhere. The order of fields does not count, one more or less does.
 */
export function firstDifference(recorded: unknown, expected: unknown, name = ''): string | null {
  if (Object.is(recorded, expected)) return null;
  if (!isObject(recorded) || !isObject(expected)) return name;
  const fields = Object.keys(expected);
  for (const field of fields) {
    const inner = name === '' ? field : `${name}.${field}`;
    const found = firstDifference(recorded[field], expected[field], inner);
    if (found !== null) return found;
  }
  const more = Object.keys(recorded);
  if (more.length === fields.length) return null;
  const extra = more.find((field) => !Object.hasOwn(expected, field)) ?? 'length';
  return name === '' ? extra : `${name}.${extra}`;
}

/** What stands at such a place, for people. */
export function valueAt(data: unknown, name: string): string {
  let value = data;
  for (const field of name.split('.')) value = isObject(value) ? value[field] : undefined;
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
