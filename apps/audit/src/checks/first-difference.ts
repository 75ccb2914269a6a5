/**
 * Where two pieces of plain data differ: the name of the first field, down to the place in a list;
 * null: nowhere. The order of fields does not count, one more or less does.
 */
export function firstDifference(recorded: unknown, expected: unknown, name = ''): string | null {
  if (isSame(recorded, expected)) return null;
  if (!isObject(recorded) || !isObject(expected)) return name;
  for (const [field, value] of Object.entries(expected)) {
    const inner = name === '' ? field : `${name}.${field}`;
    const found = firstDifference(recorded[field], value, inner);
    if (found !== null) return found;
  }
  const extra = Object.keys(recorded).find((field) => !Object.hasOwn(expected, field)) ?? 'length';
  return name === '' ? extra : `${name}.${extra}`;
}

/** Nearly every event is: no name is made of anything before two of them differ. */
function isSame(recorded: unknown, expected: unknown): boolean {
  if (Object.is(recorded, expected)) return true;
  if (!isObject(recorded) || !isObject(expected)) return false;
  if (Array.isArray(expected)) return isSameList(recorded, expected);
  // Counted, for a list of names would be made for each event.
  let missing = 0;
  for (const field in expected) {
    missing += 1;
    if (!isSame(recorded[field], expected[field])) return false;
  }
  for (const field in recorded) {
    if (expected[field] === undefined) return false;
    missing -= 1;
  }
  return missing === 0;
}

function isSameList(recorded: unknown, expected: readonly unknown[]): boolean {
  if (!Array.isArray(recorded) || recorded.length !== expected.length) return false;
  for (let at = 0; at < expected.length; at++) {
    if (!isSame(recorded[at], expected[at])) return false;
  }
  return true;
}

/** What stands at such a place, for people. */
export function valueAt(data: unknown, name: string): string {
  let value = data;
  for (const field of name.split('.')) value = isObject(value) ? value[field] : undefined;
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
