import { parseConsumedFast } from './parse-consumed.js';
import { parseEvent } from '../codec.js';
import { invalidEventFields } from '../event-schema.js';
import type { PointsConsumed } from '../../account/events.js';

const EVENT: PointsConsumed = {
  at: '2030-02-01T00:00:00.000Z',
  receivedAt: '2030-01-31T23:59:59.999Z',
  commandId: '7462ece4-6afc-52c9-9c28-14e83906ee80',
  digest: '0123456789abcdef'.repeat(4),
  balanceAfter: 1,
  type: 'PointsConsumed',
  consumptionId: '生成-2030-02-01-0001',
  of: null,
  sourceType: 'voice_clone',
  sourceId: 'clip-7',
  points: 12,
  draws: [
    { batchId: 6_650_955_989_036_264, points: 10 },
    { batchId: 7, points: 2 },
  ],
  duration: 12.5,
  settleBy: '2030-02-01T01:00:00.000Z',
};
const META =
  '{"command":{"id":"c-1","source":"/s","type":"ConsumePoints"},"correlation":"c","policy":"p","v":1}';
const textOf = (event: object): string => JSON.stringify(event);

describe('a consumption as it is written', () => {
  it.each<Partial<PointsConsumed>>([
    {},
    { of: 0, duration: null, settleBy: null },
    { of: 123_456, sourceId: null, sourceType: 'tts' },
    { receivedAt: EVENT.at, consumptionId: '', sourceId: '' },
    { duration: 0 },
    { duration: 86_400.125 },
    { balanceAfter: 0, consumptionId: '😀 é e\u0301 \u2028' },
    { draws: [{ batchId: Number.MAX_SAFE_INTEGER, points: 1 }] },
  ])('is read without parsing it: %j', (change) => {
    const event = { ...EVENT, ...change };
    expect(parseConsumedFast(textOf(event))).toEqual(event);
    expect(textOf(parseConsumedFast(textOf(event)) ?? {})).toBe(textOf(event));
  });

  it.each<Record<string, unknown>>([
    { consumptionId: 'a"b' },
    { consumptionId: 'a\\b' },
    { sourceId: 'a\nb' },
    { sourceId: '\ud800' },
    { duration: 1e-7 },
    { duration: 1e21 },
    { draws: [{ batchId: Number.MAX_SAFE_INTEGER + 1, points: 1 }] },
    { draws: [{ batchId: 9_999_999_999_999_998, points: 1 }] },
    { draws: [] },
    { of: undefined },
    { more: 1 },
    { balanceAfter: -1 },
    { sourceType: 'poetry' },
    { at: '2030-02-01T24:00:00.000Z' },
  ])('is parsed where it is written otherwise: %j', (change) => {
    expect(parseConsumedFast(textOf({ ...EVENT, ...change }))).toBeNull();
  });

  it('is parsed, too, where a forger made it longer than any pattern can take in', () => {
    const draws = Array.from({ length: 220_000 }, () => ({
      batchId: Number.MAX_SAFE_INTEGER,
      points: 999_999_999_999_999,
    }));
    const data = textOf({ ...EVENT, draws });
    expect(parseConsumedFast(data)).toBeNull();
    expect(textOf(parseEvent({ type: EVENT.type, data, meta: META }))).toBe(data);
  });

  it('is never read as anything but what JSON says that it is, whichever character is changed', () => {
    const text = textOf(EVENT);
    let read = 0;
    for (let at = 0; at <= text.length; at++) {
      const before = text.slice(0, at);
      const pieces = [...'09.-+eE"\\{}[],: aZ', '\n', '\u0000', '好', ''];
      const others = pieces.flatMap((piece) => [
        before + piece + text.slice(at),
        before + piece + text.slice(at + 1),
        before + piece + text.slice(at + 2),
      ]);
      for (const other of others) {
        const found = parseConsumedFast(other);
        if (found === null) continue;
        read += 1;
        expect(found).toEqual(JSON.parse(other));
        expect(invalidEventFields('PointsConsumed', found)).toEqual([]);
      }
    }
    expect(read).toBeGreaterThan(1_000);
  });
});
