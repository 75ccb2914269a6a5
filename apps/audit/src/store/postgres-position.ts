import type { Position } from '#event-store';
import { CannotCheckError } from './errors.js';

// A store in Postgres counts its events. Positions are written with leading zeros, so that they sort
// as texts in the order of the numbers.

const KIND = 'postgres:';
const DIGITS = 16;

export function positionNumber(position: Position): number {
  const number = Number(position.slice(KIND.length));
  if (!position.startsWith(KIND) || !Number.isSafeInteger(number)) {
    throw new CannotCheckError(`"${position}" is no position of an event store in Postgres`);
  }
  return number;
}

export const positionFromNumber = (number: number | string): Position =>
  (KIND + String(number).padStart(DIGITS, '0')) as Position;
