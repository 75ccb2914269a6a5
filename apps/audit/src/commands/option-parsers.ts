import { InvalidArgumentError } from 'commander';
import { parseInstant } from './parse-instant.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Accepts upper and lower case and returns lower case. */
export function parseUserId(text: string): string {
  const id = text.toLowerCase();
  if (!UUID.test(id)) throw new InvalidArgumentError('A user id must be a UUID.');
  return id;
}

export function parseRevision(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('A revision must be a whole number, 0 or more.');
  }
  return number;
}

/** Accepts RFC 3339 with any offset, or a day. */
export function parseTime(text: string): string {
  const instant = parseInstant(text);
  if (instant === null) {
    throw new InvalidArgumentError('A time must look like 2030-01-31T12:00:00Z or 2030-01-31.');
  }
  return instant;
}
