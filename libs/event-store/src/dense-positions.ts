import type { Position } from './port.js';

const COUNTED = /^([a-z]+:)(\d{16})$/;

/**
 * Whether nothing can lie between two positions (null: the beginning) of a store that counts its
 * events from 1. Positions of any other kind of store never follow directly.
 */
export function followsDirectly(before: Position | null, position: Position): boolean {
  const [, kind, place] = COUNTED.exec(position) ?? [];
  if (kind === undefined) return false;
  if (before === null) return Number(place) === 1;
  const [, kindBefore, placeBefore] = COUNTED.exec(before) ?? [];
  return kind === kindBefore && Number(place) === Number(placeBefore) + 1;
}
