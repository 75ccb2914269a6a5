import { SOURCE_TYPES, type SourceType } from '../../account/businesses.js';
import type { Draw, PointsConsumed } from '../../account/events.js';
import { DIGEST, PLAIN_TEXT, TIME, UUID } from '../patterns.js';

const WHOLE = '(?:0|[1-9]\\d{0,14})';
const POSITIVE = '[1-9]\\d{0,14}';
const DRAW = `\\{"batchId":[1-9]\\d{0,15},"points":${POSITIVE}\\}`;

/** As `toStored` writes it, with nothing in it that JSON would escape. */
const CONSUMED = new RegExp(
  `^\\{"at":"(${TIME})","receivedAt":"(${TIME})","commandId":"(${UUID})","digest":"(${DIGEST})"` +
    `,"balanceAfter":(${WHOLE}),"type":"PointsConsumed","consumptionId":"(${PLAIN_TEXT})"` +
    `,"of":(null|${WHOLE}),"sourceType":"(${SOURCE_TYPES.join('|')})"` +
    `,"sourceId":(?:null|"(${PLAIN_TEXT})"),"points":(${POSITIVE}),"draws":\\[(${DRAW}(?:,${DRAW})*)\\]` +
    `,"duration":(null|${WHOLE}(?:\\.\\d+)?),"settleBy":(?:null|"(${TIME})")\\}$`,
);

/** A pattern remembers each place that it may go back to: of draws without number it has no room for all. */
const CHARS_MAX = 65_536;

/**
 * The same as parsing it as JSON and looking at each field, at two thirds of the price: nearly all
 * events are of this type. null: it is not written so, or very long, and must be parsed.
 */
export function readCanonicalConsumed(text: string): PointsConsumed | null {
  const found = text.length > CHARS_MAX ? null : CONSUMED.exec(text);
  if (found === null) return null;
  const draws = drawsOf(found[11] ?? '');
  if (draws === null) return null;
  const at = own(found[1] ?? '');
  const received = found[2] ?? '';
  const of = found[7] ?? '';
  const sourceId = found[9];
  const duration = found[12] ?? '';
  const settleBy = found[13];
  return {
    at,
    receivedAt: received === at ? at : own(received),
    commandId: own(found[3] ?? ''),
    digest: found[4] ?? '',
    balanceAfter: wholeIn(found[5] ?? ''),
    type: 'PointsConsumed',
    consumptionId: own(found[6] ?? ''),
    of: of === 'null' ? null : wholeIn(of),
    sourceType: found[8] as SourceType,
    sourceId: sourceId === undefined ? null : own(sourceId),
    points: wholeIn(found[10] ?? ''),
    draws,
    duration: duration === 'null' ? null : Number(duration),
    settleBy: settleBy === undefined ? null : own(settleBy),
  };
}

const ZERO = '0'.charCodeAt(0);
const NINE = '9'.charCodeAt(0);

/** By hand, as it is of a few digits mostly. */
function wholeIn(digits: string): number {
  let value = 0;
  for (let at = 0; at < digits.length; at++) value = value * 10 + (digits.charCodeAt(at) - ZERO);
  return value;
}

/** Digits stand in it for nothing but numbers, two to a draw. null: one is too large to be exact. */
function drawsOf(text: string): readonly Draw[] | null {
  // Accounts remember them for long: a list that one is pushed into keeps room for 16 more.
  let draws: Draw[] | null = null;
  let batchId = 0;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) value = value * 10 + (code - ZERO);
    else if (value > 0 && batchId === 0) {
      if (value > Number.MAX_SAFE_INTEGER) return null;
      batchId = value;
      value = 0;
    } else if (value > 0) {
      const draw = { batchId, points: value };
      if (draws === null) draws = [draw];
      else draws.push(draw);
      batchId = 0;
      value = 0;
    }
  }
  return draws;
}

/** From so many characters on, V8 makes a piece of a text by pointing into it, which keeps all of it. */
const POINTING_CHARS = 13;

/** A piece of a text that does not keep the whole of it, for what accounts remember for long. */
const own = (piece: string): string =>
  piece.length < POINTING_CHARS
    ? piece
    : [piece.slice(0, POINTING_CHARS - 1), piece.slice(POINTING_CHARS - 1)].join('');
