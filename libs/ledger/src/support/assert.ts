/** Makes a case that a switch forgets an error of the compiler, and of the program where types lied. */
export function assertNever(value: never): never {
  throw new Error(`not a case of its union: ${JSON.stringify(value)}`);
}

/** A condition that always holds. When it does not, that is a bug, and the program must not go on. */
export function invariant(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`a bug: it must hold that ${what}`);
}
