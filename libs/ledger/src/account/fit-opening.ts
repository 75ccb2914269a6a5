import type { AccountOpened, ImportFields } from './import-events.js';

/** An append takes more, so that the rows before the opening fit beside it. */
const OPENING_BYTES_MAX = 8 * 1024 * 1024;

/** What the fields common to all events take. */
const ENVELOPE_BYTES = 1_024;

/**
 * Leaves the oldest closed consumptions out until the opening is small enough, and counts them. null: what
 * can't be left out is too much by itself.
 */
export function fitOpening(
  opening: ImportFields<AccountOpened>,
  bytesMax = OPENING_BYTES_MAX,
): ImportFields<AccountOpened> | null {
  const { closed } = opening;
  let bytes = ENVELOPE_BYTES + sizeOf({ ...opening, closed: [] });
  let kept = closed.length;
  for (; kept > 0; kept -= 1) {
    const next = sizeOf(closed[kept - 1]) + 1;
    if (bytes + next > bytesMax) break;
    bytes += next;
  }
  if (bytes > bytesMax) return null;
  if (kept === 0) return opening;
  return { ...opening, closed: closed.slice(kept), leftOut: opening.leftOut + kept };
}

const ENCODER = new TextEncoder();
const sizeOf = (value: unknown): number => ENCODER.encode(JSON.stringify(value)).length;
