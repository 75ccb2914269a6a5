import fc from 'fast-check';
import type { CommandBody } from '#contracts';
import { SOURCE_TYPES } from '#ledger';

// Commands at the limits of their schemas. Everything that the schemas accept must be stored and shown
// correctly.

/** A command as it is sent, and the time at which the broker appended it. */
export interface SentCommand {
  readonly id: string;
  readonly source: string;
  readonly body: CommandBody;
  readonly timestampMs: number;
  readonly traceparent: string | null;
}

/** Times that are very early, very late, or at a change of their format. */
const STARTS = [
  '1970-01-01T00:00:00.000Z',
  '1999-12-31T23:59:59.999Z',
  '2030-01-31T12:00:00.000Z',
  '2285-06-04T23:47:34.700Z',
  '9999-11-01T00:00:00.000Z',
];

/** A placeholder for one day after the recharge. */
const SOON = 'soon';

const EXPIRIES = [
  null,
  SOON,
  SOON,
  '2285-06-04T23:47:34.740Z',
  '2285-06-04T23:47:34.741Z',
  '2286-01-01T07:59:59.999999999+23:59',
  '9999-12-31T23:59:59Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T00:00:00.000-23:59',
];

/** Characters of one to four bytes in UTF-8, formulas, quotes, and characters without width. */
const CHARACTERS = [
  ...['x', ' ', '"', "'", '\\', ',', ';', '=', '+', '-', '@', '{', '%', '＝', 'é', '单', '【'],
  ...['\u00ad', '\u200b', '\u202e', '\u2028', '\u2029', '\ufeff', '\ufffd', '\uffff', '\u0301'],
  ...['😀', '𠮷', '\u{e0001}', '\u{f0000}', '\u{10ffff}'],
];

export const textUpTo = (max: number): fc.Arbitrary<string> => {
  const character = fc.oneof(
    { arbitrary: fc.constantFrom(...CHARACTERS), weight: 3 },
    { arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), weight: 1 },
  );
  const anyText = fc
    .array(character, { minLength: 1, maxLength: max })
    .map((characters) => [...characters.join('').replaceAll(/[\p{Cc}\p{Cs}]/gu, '')].slice(0, max))
    .map((characters) => characters.join('') || 'x');
  return fc.oneof(
    fc.constantFrom(...CHARACTERS),
    fc.constantFrom(...CHARACTERS).map((character) => character.repeat(max)),
    anyText,
  );
};

export const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ arbitrary: value, weight: 4 }, fc.constantFrom(null, undefined));

export const points = fc.oneof(
  fc.constantFrom(1, 2, 999_999_999, 1_000_000_000),
  fc.integer({ min: 1, max: 1_000_000_000 }),
);
export const seconds = fc.oneof(
  fc.constantFrom(0, -0, 5e-324, 2.2250738585072014e-308, 1e-7, 0.1 + 0.2, 1e21 / 1e15),
  fc.constantFrom(1, 12.5, 9_999_999.999999998, 10_000_000),
  fc.double({ min: 0, max: 10_000_000, noNaN: true }),
);
export const settleWithin = fc.constantFrom(1, 3_600, 604_799, 604_800);
const source = fc.oneof(
  fc.constantFrom('/', '/tts', "-._~:/?#[]@!$&'()*+,;=%", 'x'.repeat(128), '=1+1', '@', '+'),
  fc.uuid(),
);
const traceparent = fc.constantFrom(null, `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`);

/** Removes undefined fields, as JSON does. */
function withoutUndefined(data: object): CommandBody['data'] {
  const fields = Object.entries(data).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields) as CommandBody['data'];
}

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Commands of one user, which have those fields beside the user. */
export const bodyBuilder =
  (user_id: string) =>
  (type: CommandBody['type'], fields: Fields): fc.Arbitrary<CommandBody> =>
    fc
      .record(fields)
      .map((data) => ({ type, data: withoutUndefined({ user_id, ...data }) }) as CommandBody);

export const expiresAt = fc.constantFrom(...EXPIRIES);
export const priority = optional(fc.constantFrom(0, 1, 50, 99, 100));

/** The ids that a life has for its consumptions and its recharges, so that they collide. */
export type Ids = fc.Arbitrary<string>;

type AnyBody = (userId: string, ids: Ids) => fc.Arbitrary<CommandBody>;

export const bodiesOfRules1: AnyBody = (user_id, consumption) => {
  const of = bodyBuilder(user_id);
  const consume = fc.constantFrom(...SOURCE_TYPES).chain((source_type) => {
    const isTimed = source_type === 'tts' || source_type === 'video';
    return of('ConsumePoints', {
      points,
      source_type: fc.constant(source_type),
      source_id: optional(textUpTo(64)),
      duration: isTimed ? optional(seconds) : fc.constant(undefined),
      consumption_id: consumption,
      settle_within: optional(settleWithin),
    });
  });
  const recharge = of('RechargePoints', {
    points,
    expires_at: expiresAt,
    priority,
    source_id: optional(textUpTo(64)),
  });
  const settle = of('SettleConsumption', {
    consumption_id: consumption,
    points: fc.oneof(points, fc.constantFrom(0, -0)),
    duration: optional(seconds),
  });
  const refund = of('RefundPoints', {
    consumption_id: consumption,
    points: optional(fc.oneof(points, fc.constantFrom(1))),
    reason: optional(textUpTo(200)),
  });
  const expire = of('ExpirePoints', {});
  return fc.oneof(
    { arbitrary: recharge, weight: 4 },
    { arbitrary: consume, weight: 5 },
    { arbitrary: settle, weight: 3 },
    { arbitrary: refund, weight: 3 },
    { arbitrary: expire, weight: 1 },
  );
};

/** Durations between two commands: zero, up to the due time of a pre-deduction, and days. */
const steps = fc.constantFrom(0, 1, 1_000, 3_600_000, 604_800_000, 2_678_400_000);

/** What comes first in every second life, at its start, with the two ids of the life. */
type Prologue = (userId: string, one: string, other: string) => readonly CommandBody[];

/** A history of one account, whose consumptions have one of two ids. */
export function anyLife(
  user_id: string,
  anyBody: AnyBody,
  prologue: Prologue = () => [],
): fc.Arbitrary<readonly SentCommand[]> {
  return fc
    .tuple(fc.constantFrom(...STARTS), textUpTo(128), textUpTo(128), fc.boolean())
    .chain(([start, one, other, hasPrologue]) => {
      const first = hasPrologue ? prologue(user_id, one, other).map(sentAtOnce) : [];
      const command = fc.record({
        id: textUpTo(120),
        source,
        body: anyBody(user_id, fc.constantFrom(one, one, other)),
        stepMs: steps,
        traceparent,
      });
      return fc.array(command, { minLength: 3, maxLength: 14 }).map((commands) => {
        let timestampMs = Date.parse(start);
        return [...first, ...commands].map(({ stepMs, id, ...rest }, nth) => {
          timestampMs = Math.min(timestampMs + stepMs, LAST_MS);
          const body = expiringSoon(rest.body, timestampMs);
          return { ...rest, body, timestampMs, id: `${nth}:${id}` };
        });
      });
    });
}

const sentAtOnce = (body: CommandBody) => {
  const now = { stepMs: 0, traceparent: null };
  return { id: 'prologue', source: '/', body, ...now };
};

function expiringSoon(body: CommandBody, timestampMs: number): CommandBody {
  if (body.type !== 'RechargePoints' || body.data.expires_at !== SOON) return body;
  const expires_at = new Date(timestampMs + DAY_MS).toISOString();
  return { ...body, data: { ...body.data, expires_at } };
}

const DAY_MS = 86_400_000;

/** The latest time of a command, a week of settlement and a week of grace before the last possible time. */
const LAST_MS = Date.parse('9999-12-10T00:00:00.000Z');
