/** A stored event that this program can't read: damaged, or written by a newer one. It is never skipped. */
export class UnreadableEvent extends Error {
  override readonly name: string = 'UnreadableEvent';
}

/** The type or version is unknown to this build, which does not mean that the event is damaged. */
export class UnknownEvent extends UnreadableEvent {
  override readonly name = 'UnknownEvent';
}

export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UnreadableEvent(`${what} is not JSON`, { cause });
  }
}

export function assertValidFields(invalid: readonly string[], what: string): void {
  if (invalid.length > 0) throw new UnreadableEvent(`${what} has a bad ${invalid.join(', ')}`);
}
