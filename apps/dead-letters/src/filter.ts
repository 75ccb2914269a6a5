import type { Letter } from './dead-letter.js';

/** Which letters are meant. What is not said leaves none out. */
export interface Filter {
  readonly reason?: readonly string[];
  readonly user?: string;
  /** When they were buried: from that moment on, and up to, but not with, that one. */
  readonly since?: string;
  readonly until?: string;
  readonly id?: readonly string[];
}

export function isMeant(letter: Letter, { reason, user, since, until, id }: Filter): boolean {
  if (reason !== undefined && !reason.includes(letter.reason)) return false;
  if (user !== undefined && letter.key?.toLowerCase() !== user) return false;
  if (since !== undefined && letter.buriedAt < since) return false;
  if (until !== undefined && letter.buriedAt >= until) return false;
  return id === undefined || id.includes(letter.id);
}

export const saysNothing = (filter: Filter): boolean =>
  Object.values(filter).every((value) => value === undefined);
