const PROGRAMMING_ERRORS = [
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'AssertionError',
];

/**
 * A mistake in the program rather than trouble outside: the same messages bring it again. By name, as
 * kafkajs does it, because errors of another realm are no instances of ours.
 */
export function isProgrammingError(error: unknown): boolean {
  return error instanceof Error || hasName(error) ? PROGRAMMING_ERRORS.includes(error.name) : false;
}

function hasName(error: unknown): error is { name: string } {
  return (
    typeof error === 'object' && error !== null && 'name' in error && typeof error.name === 'string'
  );
}
