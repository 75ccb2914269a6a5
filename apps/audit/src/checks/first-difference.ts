/**
 * The path of the first field in which two pieces of plain data differ, down to the index in a list;
 * null: they are equal. The order of fields does not matter; a missing or additional one does.
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

/** Compares without building paths, because nearly every event is equal to what is expected. */
function isSame(recorded: unknown, expected: unknown): boolean {
  if (Object.is(recorded, expected)) return true;
  if (!isObject(recorded) || !isObject(expected)) return false;
  if (Array.isArray(expected)) return isSameList(recorded, expected);
  // Fields are counted, because `Object.keys` would make a list for each event.
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

/** The value at such a path, as it is shown to people. */
export function valueAt(data: unknown, name: string): string {
  let value = data;
  for (const field of name.split('.')) value = isObject(value) ? value[field] : undefined;
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
