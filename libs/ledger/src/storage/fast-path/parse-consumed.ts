import { SOURCE_TYPES, type SourceType } from '../../account/businesses.js';
import type { Draw, PointsConsumed } from '../../account/events.js';
import { DIGEST, UNESCAPED_TEXT, TIME, UUID } from '../patterns.js';

const WHOLE_NUMBER = '(?:0|[1-9]\\d{0,14})';
const POSITIVE = '[1-9]\\d{0,14}';
const DRAW = `\\{"batchId":[1-9]\\d{0,15},"points":${POSITIVE}\\}`;

/** Matches what `serializeEvent` writes when no text in it contains a character that JSON escapes. */
const CONSUMED = new RegExp(
  `^\\{"at":"(${TIME})","receivedAt":"(${TIME})","commandId":"(${UUID})","digest":"(${DIGEST})"` +
    `,"balanceAfter":(${WHOLE_NUMBER}),"type":"PointsConsumed","consumptionId":"(${UNESCAPED_TEXT})"` +
    `,"of":(null|${WHOLE_NUMBER}),"sourceType":"(${SOURCE_TYPES.join('|')})"` +
    `,"sourceId":(?:null|"(${UNESCAPED_TEXT})"),"points":(${POSITIVE}),"draws":\\[(${DRAW}(?:,${DRAW})*)\\]` +
    `,"duration":(null|${WHOLE_NUMBER}(?:\\.\\d+)?),"settleBy":(?:null|"(${TIME})")\\}$`,
);

/** The backtracking of a pattern needs memory for every draw, so very long texts are parsed as JSON. */
const CHARS_MAX = 65_536;

/**
 * Gives what parsing the text as JSON and checking every field gives, for the type that nearly all
 * events have. null: the text has another form or is very long, and must be parsed as JSON.
 */
export function parseConsumedFast(text: string): PointsConsumed | null {
  const match = text.length > CHARS_MAX ? null : CONSUMED.exec(text);
  if (match === null) return null;
  const draws = parseDraws(match[11] ?? '');
  if (draws === null) return null;
  const at = detach(match[1] ?? '');
  const received = match[2] ?? '';
  const of = match[7] ?? '';
  const sourceId = match[9];
  const duration = match[12] ?? '';
  const settleBy = match[13];
  return {
    at,
    receivedAt: received === at ? at : detach(received),
    commandId: detach(match[3] ?? ''),
    digest: match[4] ?? '',
    balanceAfter: parseDigits(match[5] ?? ''),
    type: 'PointsConsumed',
    consumptionId: detach(match[6] ?? ''),
    of: of === 'null' ? null : parseDigits(of),
    sourceType: match[8] as SourceType,
    sourceId: sourceId === undefined ? null : detach(sourceId),
    points: parseDigits(match[10] ?? ''),
    draws,
    duration: duration === 'null' ? null : Number(duration),
    settleBy: settleBy === undefined ? null : detach(settleBy),
  };
}

const ZERO = '0'.charCodeAt(0);
const NINE = '9'.charCodeAt(0);

/** Faster than Number() because most numbers have only a few digits. */
function parseDigits(digits: string): number {
  let value = 0;
  for (let at = 0; at < digits.length; at++) value = value * 10 + (digits.charCodeAt(at) - ZERO);
  return value;
}

/** The only digits in the text are two numbers per draw. null: a number is too large to be exact. */
function parseDraws(text: string): readonly Draw[] | null {
  // Accounts keep the draws for long, and a list that was pushed into keeps capacity for 16 more.
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

/** V8 makes a substring of this length or more a pointer into the text, which keeps the whole text. */
const SLICED_CHARS_MIN = 13;

/** A copy of a substring that does not keep the whole text alive, for what accounts keep for long. */
const detach = (piece: string): string =>
  piece.length < SLICED_CHARS_MIN
    ? piece
    : [piece.slice(0, SLICED_CHARS_MIN - 1), piece.slice(SLICED_CHARS_MIN - 1)].join('');
