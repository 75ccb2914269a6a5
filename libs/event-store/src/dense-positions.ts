import type { Position } from './port.js';

const COUNTED = /^[a-z]+:\d{16}$/;
const DIGITS = 16;

/**
 * Whether no event can lie between two positions (null is the beginning) of a store that numbers its
 * events from 1. It is always false for any other kind of store.
 */
export function followsDirectly(before: Position | null, position: Position): boolean {
  if (!COUNTED.test(position)) return false;
  if (before === null) return placeOf(position) === 1;
  return (
    COUNTED.test(before) &&
    kindOf(before) === kindOf(position) &&
    placeOf(position) === placeOf(before) + 1
  );
}

const kindOf = (position: Position): string => position.slice(0, -DIGITS);
const placeOf = (position: Position): number => Number(position.slice(-DIGITS));
