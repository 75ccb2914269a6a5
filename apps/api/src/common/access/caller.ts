import type { FastifyRequest } from 'fastify';

export const ROLES = ['user', 'service', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks, as their token says. */
export interface Caller {
  readonly subject: string;
  readonly roles: readonly Role[];
  /** When the token ends, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

// Beside the request, so that nothing that a client sends can stand in its place.
const callers = new WeakMap<FastifyRequest, Caller>();

export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** The guard has let them in. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error('a bug: nobody was let in with this request');
  return caller;
}
