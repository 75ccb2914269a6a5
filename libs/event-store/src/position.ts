import { PermanentStoreError, type Position } from './port.js';

const DIGITS = 16;

export interface Positions {
  readonly format: (place: number) => Position;
  /** Null, the beginning, is 0. A position of another kind of store is rejected. */
  readonly parse: (position: Position | null) => number;
  readonly is: (text: string) => text is Position;
}

/** Positions of a store that counts its events from 1: `<kind>:0000000000000042`. */
export function positionsOf(kind: string): Positions {
  const shape = new RegExp(`^${kind}:(\\d{${DIGITS}})$`);
  return {
    format: (place) => `${kind}:${String(place).padStart(DIGITS, '0')}` as Position,
    parse: (position) => {
      if (position === null) return 0;
      const digits = shape.exec(position)?.[1];
      if (digits === undefined) {
        throw new PermanentStoreError(
          'foreign-position',
          `"${position}" is not a position of a store of kind ${kind}`,
        );
      }
      return Number(digits);
    },
    is: (text): text is Position => shape.test(text),
  };
}
