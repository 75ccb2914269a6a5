import { PermanentStoreError, type Position } from '../port.js';

/** A position as the client represents it. */
export interface LogPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

const DIGITS = 20;
const SHAPE = /^es-(\d{20})-(\d{20})$/;

const padded = (offset: bigint): string => String(offset).padStart(DIGITS, '0');

export const formatPosition = ({ commit, prepare }: LogPosition): Position =>
  `es-${padded(commit)}-${padded(prepare)}` as Position;

export const isPosition = (text: string): text is Position => SHAPE.test(text);

/** Null, the beginning, stays null. A position of another kind of store is rejected. */
export function parsePosition(position: Position | null): LogPosition | null {
  if (position === null) return null;
  const [, commit, prepare] = SHAPE.exec(position) ?? [];
  if (commit === undefined || prepare === undefined) {
    throw new PermanentStoreError(
      'foreign-position',
      `"${position}" is not a position of an EventStoreDB`,
    );
  }
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}
