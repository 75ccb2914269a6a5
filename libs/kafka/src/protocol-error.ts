/** Whether a broker answered with one of these errors of the protocol. */
export const isProtocolError = (error: unknown, types: readonly string[]): boolean =>
  error instanceof Error &&
  'type' in error &&
  typeof error.type === 'string' &&
  types.includes(error.type);
