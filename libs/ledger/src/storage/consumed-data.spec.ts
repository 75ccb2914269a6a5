import { parseEvent } from './codec.js';
import { invalidFields } from './field-checks.js';
import { SCHEMAS_1 } from './schema-1.js';
import { UnreadableEvent } from './unreadable-event.js';
import { downcastTo1, type EventOfVersion1 } from './upcast.js';
import { BUSINESSES, type SourceType } from '../settings/businesses.js';
import type { PointsConsumed } from '../account/events.js';

const EVENT: EventOfVersion1<PointsConsumed> = {
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
/** What version 1 does not store. */
const UPCAST = {
  owedAfter: null,
  label: '【声音克隆】',
  quantity: null,
  price: null,
  priced: false,
  overrun: null,
  onTimeout: null,
};
const textOf = (event: object): string => JSON.stringify(event);
const parse = (data: string) => parseEvent({ type: 'PointsConsumed', data, meta: META });

describe('the data of a consumption', () => {
  it.each<Partial<EventOfVersion1<PointsConsumed>>>([
    {},
    { of: 0, duration: null, settleBy: null },
    { of: 123_456, sourceId: null, sourceType: 'tts' },
    { receivedAt: EVENT.at, consumptionId: '', sourceId: '' },
    { duration: 0 },
    { duration: 86_400.125 },
    { balanceAfter: 0, consumptionId: '😀 é e\u0301 \u2028' },
    { draws: [{ batchId: Number.MAX_SAFE_INTEGER, points: 1 }] },
    { consumptionId: 'a"b' },
    { consumptionId: 'a\\b' },
    { sourceId: 'a\nb' },
    { sourceId: '\ud800' },
    { duration: 1e-7 },
    { duration: 1e21 },
  ])('is parsed to the byte: %j', (change) => {
    const event = { ...EVENT, ...change };
    const label = event.sourceType === 'tts' ? '【配音合成】' : UPCAST.label;
    expect(parse(textOf(event))).toEqual({ ...event, ...UPCAST, label });
    expect(writtenAgain(textOf(event))).toBe(textOf(event));
  });

  it.each<Record<string, unknown>>([
    { draws: [{ batchId: Number.MAX_SAFE_INTEGER + 1, points: 1 }] },
    { draws: [{ batchId: 9_999_999_999_999_998, points: 1 }] },
    { draws: [] },
    { of: undefined },
    { balanceAfter: -1 },
    { sourceType: 'poetry' },
    { at: '2030-02-01T24:00:00.000Z' },
  ])('is refused with an invalid field: %j', (change) => {
    expect(() => parse(textOf({ ...EVENT, ...change }))).toThrow(UnreadableEvent);
  });

  it('keeps a field that this version does not know', () => {
    expect(parse(textOf({ ...EVENT, more: 1 }))).toEqual({ ...EVENT, ...UPCAST, more: 1 });
  });

  it('is parsed even with 220,000 draws, as a forger could write it', () => {
    const draws = Array.from({ length: 220_000 }, () => ({
      batchId: Number.MAX_SAFE_INTEGER,
      points: 999_999_999_999_999,
    }));
    const data = textOf({ ...EVENT, draws });
    expect(writtenAgain(data)).toBe(data);
  });

  it('is never parsed as anything but its JSON, whichever character is changed', () => {
    const text = textOf(EVENT);
    let parsed = 0;
    for (let at = 0; at <= text.length; at++) {
      const before = text.slice(0, at);
      const pieces = [...'09.-+eE"\\{}[],: aZ', '\n', '\u0000', '好', ''];
      const others = pieces.flatMap((piece) => [
        before + piece + text.slice(at),
        before + piece + text.slice(at + 1),
        before + piece + text.slice(at + 2),
      ]);
      for (const other of others) {
        const event = parseOrNull(other);
        if (event === null) continue;
        parsed += 1;
        const written = JSON.parse(other) as typeof EVENT;
        const { label } = BUSINESSES[written.sourceType as SourceType];
        expect(event).toEqual({ ...written, ...UPCAST, label });
        expect(invalidFields(SCHEMAS_1.get('PointsConsumed')!, written)).toEqual([]);
      }
    }
    expect(parsed).toBeGreaterThan(1_000);
  });
});

const writtenAgain = (data: string): string => JSON.stringify(downcastTo1(parse(data)));

function parseOrNull(data: string): object | null {
  try {
    return parse(data);
  } catch (error) {
    if (error instanceof UnreadableEvent) return null;
    throw error;
  }
}
