import type { DeadLetter } from './dead-letter.js';

/** Selects dead letters. A condition that is not set selects all of them. */
export interface DeadLetterFilter {
  readonly reason?: readonly string[];
  readonly user?: string;
  /** The time at which they were written, from `since` (inclusive) to `until` (exclusive). */
  readonly since?: string;
  readonly until?: string;
  readonly id?: readonly string[];
}

export function matchesFilter(
  letter: DeadLetter,
  { reason, user, since, until, id }: DeadLetterFilter,
): boolean {
  if (reason !== undefined && !reason.includes(letter.reason)) return false;
  if (user !== undefined && letter.key?.toLowerCase() !== user) return false;
  if (since !== undefined && letter.buriedAt < since) return false;
  if (until !== undefined && letter.buriedAt >= until) return false;
  return id === undefined || id.includes(letter.id);
}

export const isEmptyFilter = (filter: DeadLetterFilter): boolean =>
  Object.values(filter).every((value) => value === undefined);
