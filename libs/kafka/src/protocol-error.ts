/** Whether that is what a broker answered: one of these errors of the protocol, by name. */
export const isProtocolError = (error: unknown, types: readonly string[]): boolean =>
  error instanceof Error &&
  'type' in error &&
  typeof error.type === 'string' &&
  types.includes(error.type);
