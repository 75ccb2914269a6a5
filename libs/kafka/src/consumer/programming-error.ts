const NAMES = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'AssertionError'];

/**
 * Whether an error is a mistake in the program, which the same messages would cause again, and not an
 * outage, which passes. Compares names, as kafkajs does, because an error of another realm is not an
 * instance of this realm's classes.
 */
export function isProgrammingError(error: unknown): boolean {
  return error instanceof Error || hasName(error) ? NAMES.includes(error.name) : false;
}

function hasName(error: unknown): error is { name: string } {
  return (
    typeof error === 'object' && error !== null && 'name' in error && typeof error.name === 'string'
  );
}
