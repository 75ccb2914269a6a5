import type { FastifyRequest } from 'fastify';

export const ROLES = ['user', 'service', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The authenticated caller, as its token describes it. */
export interface Caller {
  readonly subject: string;
  readonly roles: readonly Role[];
  /** When the token expires, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

// Kept outside of the request, so that nothing a client sends can replace it.
const callers = new WeakMap<FastifyRequest, Caller>();

export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Throws where the access guard has not authenticated the request. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error('a bug: the request was not authenticated');
  return caller;
}
