import canonicalize from 'canonicalize';
import { deserializeEvent, serializeEvent, type SerializedEvent } from './codec.js';
import type { Provenance } from './provenance.js';
import { UnknownEvent, UnreadableEvent } from './unreadable-event.js';
import type { EventType, LedgerEvent } from '../account/events.js';
import {
  returnOf,
  consumed,
  expired,
  given,
  happenedAt,
  recharged,
  refunded,
  settled,
} from '../testing/scenario.js';

const draw = (batchId: number, points: number) => ({ batchId, points });

const provenance: Provenance = {
  command: { source: '/billing', id: 'order-1', type: 'ConsumePoints' },
  policy: '00112233aabbccdd',
  correlation: 'request-1',
};

const refusal = {
  type: 'CommandRefused',
  commandType: 'ConsumePoints',
  code: 'InsufficientPoints',
  details: { balance: 1, asked: 2, consumptionId: 'x' },
} as const;

const { events } = given(
  recharged(1, 50, { expiresAt: '2030-01-02' }),
  consumed([draw(1, 20)], { settleBy: '2030-01-01 12:00', sourceType: 'tts', duration: 1.5 }),
  refunded(1, 'overestimated', [returnOf(1, 5, 9, '2030-01-09')], { sourceType: 'tts' }),
  settled(1, 20, 15),
  happenedAt('2030-01-02', expired(1, 30, '2030-01-02')),
  refusal,
);
const byType = new Map<string, LedgerEvent>(events.map((event) => [event.type, event]));

/** Stored, with other fields in its data; `undefined` leaves one out. */
function damaged(type: EventType, change: Readonly<Record<string, unknown>>): SerializedEvent {
  const stored = serializeEvent(byType.get(type)!, provenance);
  const data = { ...(JSON.parse(stored.data) as object), ...change };
  return { ...stored, data: JSON.stringify(data) };
}

function reasonOf(stored: SerializedEvent): string {
  try {
    deserializeEvent(stored);
  } catch (error) {
    if (error instanceof UnreadableEvent) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

const withMeta = (change: Readonly<Record<string, unknown>>): SerializedEvent => {
  const stored = serializeEvent(events[0]!, provenance);
  return { ...stored, meta: JSON.stringify({ ...(JSON.parse(stored.meta) as object), ...change }) };
};

describe('a stored event', () => {
  it.each(events)('is read as it was written: $type', (event) => {
    expect(deserializeEvent(serializeEvent(event, provenance))).toEqual({ event, provenance });
  });

  it('keeps a field that a later program added within its version', () => {
    const stored = damaged('PointsExpired', { whim: { of: 'a later version' } });
    const { event } = deserializeEvent(stored);
    expect(serializeEvent(event, provenance).data).toBe(stored.data);
  });

  it('keeps text unchanged', () => {
    const odd = { ...events[0]!, sourceId: '积分\u2028 "\\/" \u007f 😀 é e\u0301' } as LedgerEvent;
    expect(deserializeEvent(serializeEvent(odd, provenance)).event).toEqual(odd);
  });
});

describe('the meta of a stored event', () => {
  const kafka = { topic: 'points.commands', partition: 3, offset: '18446744073709551615' };
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  it.each<[string, Provenance]>([
    ['the least there is', provenance],
    ['a Kafka record', { ...provenance, kafka }],
    ['a trace', { ...provenance, traceparent }],
    ['both', { ...provenance, kafka, traceparent }],
  ])('is canonical JSON, whatever the order it is given in: %s', (_, whole) => {
    const turned = Object.fromEntries(Object.entries(whole).reverse()) as unknown as Provenance;
    const { meta } = serializeEvent(events[0]!, turned);
    expect(meta).toBe(canonicalize({ ...whole, v: 1 }));
    expect(deserializeEvent(serializeEvent(events[0]!, turned)).provenance).toEqual(whole);
  });
});

describe('an unreadable event', () => {
  const everyField = events.flatMap((event) =>
    Object.keys(JSON.parse(serializeEvent(event, provenance).data) as object).map(
      (field) => [event.type, field] as const,
    ),
  );

  it.each(everyField)('%s names the field that is missing: %s', (type, field) => {
    const reason = reasonOf(damaged(type, { [field]: undefined }));
    expect(reason).toBe(`${type} has a bad ${field}`);
  });

  it.each(everyField)('%s names the field that is an object by mistake: %s', (type, field) => {
    const reason = reasonOf(damaged(type, { [field]: { a: [] } }));
    expect(reason).toBe(`${type} has a bad ${field}`);
  });

  it.each<[EventType, string, unknown[]]>([
    [
      'PointsRecharged',
      'at',
      [
        '',
        '2030-01-01',
        '2030-01-01T00:00:00Z',
        '2030-01-01T00:00:00.000+00:00',
        ' 2030-01-01T00:00:00.000Z',
        '2030-00-01T00:00:00.000Z',
        '2030-13-01T00:00:00.000Z',
        '2030-01-00T00:00:00.000Z',
        '2030-01-32T00:00:00.000Z',
        '2030-01-01T24:00:00.000Z',
        '2030-01-01T23:60:00.000Z',
        '2030-01-01T23:59:60.000Z',
        0,
        null,
      ],
    ],
    ['PointsRecharged', 'receivedAt', ['2030-01-01T00:00:00.0000Z', 1893456000000]],
    [
      'PointsRecharged',
      'commandId',
      ['', '7462ECE4-6AFC-52C9-9C28-14E83906EE80', '7462ece46afc52c99c2814e83906ee80', null],
    ],
    ['PointsRecharged', 'digest', ['', '0'.repeat(63), '0'.repeat(65), 'A'.repeat(64)]],
    ['PointsRecharged', 'balanceAfter', [-1, 0.5, '5', 2 ** 53, null]],
    ['PointsRecharged', 'batchId', [0, -1, 1.5, 2 ** 53, '1', null]],
    ['PointsRecharged', 'points', [0, -5, 5.5, '5', null]],
    ['PointsRecharged', 'expiresAt', ['', 'never', 0, false]],
    ['PointsRecharged', 'priority', [-1, 0.5, '50', null]],
    ['PointsRecharged', 'sourceId', [0, false]],
    ['PointsConsumed', 'consumptionId', [null, 7]],
    ['PointsConsumed', 'of', [-1, 0.5, '0']],
    ['PointsConsumed', 'sourceType', ['', 'TTS', 'toString', null]],
    [
      'PointsConsumed',
      'draws',
      [
        null,
        [],
        [{}],
        [{ batchId: 1, points: 0 }],
        [{ batchId: 0, points: 1 }],
        [draw(1, 5), null],
        '[]',
      ],
    ],
    ['PointsConsumed', 'duration', [-0.1, '1', true]],
    ['PointsConsumed', 'settleBy', ['soon', 60]],
    ['ConsumptionSettled', 'of', [null, -1]],
    ['ConsumptionSettled', 'estimated', [0, null]],
    ['ConsumptionSettled', 'actual', [-1, null, 0.1]],
    ['ConsumptionSettled', 'durationOf', [-1, '0']],
    [
      'PointsRefunded',
      'returns',
      [
        [],
        [{ from: 1, into: 1, points: 1 }],
        [{ from: 1, into: 1, points: 0, expiresAt: null }],
        [{ from: 1, into: 1, points: 1, expiresAt: 'x' }],
      ],
    ],
    ['PointsRefunded', 'cause', ['', 'forgotten', null]],
    ['PointsRefunded', 'reason', [5]],
    ['PointsExpired', 'expiredAt', [null, '2030-01-02']],
    ['CommandRefused', 'commandType', [null, 3]],
    ['CommandRefused', 'code', [null, 3]],
    ['CommandRefused', 'details', [null, [], 'x', { a: null }, { a: {} }, { a: 0.5 }]],
  ])('%s names a bad %s', (type, field, values) => {
    for (const value of values) {
      expect(reasonOf(damaged(type, { [field]: value }))).toBe(`${type} has a bad ${field}`);
    }
  });

  it('names all invalid fields', () => {
    expect(reasonOf(damaged('PointsExpired', { points: 0, batchId: null }))).toBe(
      'PointsExpired has a bad batchId, points',
    );
  });

  it.each(['null', '[]', '7', '"text"'])('reports data that is not an object: %s', (data) => {
    expect(reasonOf({ ...serializeEvent(events[0]!, provenance), data })).toBe(
      'PointsRecharged has a bad (not an object)',
    );
  });

  it('reports data or meta that is not JSON, and keeps the cause', () => {
    const stored = serializeEvent(events[0]!, provenance);
    expect(reasonOf({ ...stored, data: '{' })).toBe('data is not JSON');
    expect(reasonOf({ ...stored, meta: '' })).toBe('meta is not JSON');
    expect(() => deserializeEvent({ ...stored, data: '{' })).toThrow(UnreadableEvent);
  });

  it.each(['PointsForgotten', '', 'toString', '__proto__', 'pointsexpired'])(
    'has an unknown type: %s',
    (type) => {
      expect(reasonOf({ ...serializeEvent(events[0]!, provenance), type })).toBe(
        `unknown type ${type}`,
      );
    },
  );

  it('contains another type than the store names', () => {
    const stored = serializeEvent(events[4]!, provenance);
    const data = stored.data.replace('PointsExpired', 'PointsRecharged');
    expect(reasonOf({ ...stored, data })).toBe(
      'its data says it is PointsRecharged, the store PointsExpired',
    );
  });

  it.each<[string, unknown[]]>([
    [
      'command',
      [undefined, null, {}, { source: '/x', id: 'y' }, { source: 1, id: 'y', type: 'z' }],
    ],
    ['policy', [undefined, null, 7]],
    ['correlation', [undefined, null, {}]],
    ['v', [undefined, null, 0, -1, 0.5, '1']],
    [
      'kafka',
      [
        null,
        'topic',
        {},
        { topic: 't', partition: 1, offset: 5 },
        { topic: 't', partition: -1, offset: '5' },
        { topic: 7, partition: 1, offset: '5' },
      ],
    ],
    ['traceparent', [null, 7]],
  ])('names the invalid field of its meta: %s', (field, values) => {
    for (const value of values) {
      expect(reasonOf(withMeta({ [field]: value }))).toBe(`meta has a bad ${field}`);
    }
  });
});

describe('events of versions', () => {
  const calls: string[] = [];
  const anything = new Map([['PointsRecharged', []]]);
  const upcast = (data: object): object => {
    calls.push('1 to 2');
    return { ...data, upcast: true };
  };
  const reader = {
    1: { schemas: anything, upcast },
    2: { schemas: anything, upcast: null },
  };
  const settings = { policy: undefined, settings: 1, rules: 2 };
  beforeEach(() => {
    calls.length = 0;
  });

  it('newer than this program are refused', () => {
    expect(() => deserializeEvent(withMeta({ v: 3 }))).toThrow(
      new UnreadableEvent('version 3 is newer than this program, which reads 2'),
    );
    expect(() => deserializeEvent(withMeta({ v: 2 }), { 1: reader[1] })).toThrow(
      new UnreadableEvent('version 2 is newer than this program, which reads 1'),
    );
    expect(calls).toEqual([]);
  });

  it('that are older are upcast', () => {
    const { event } = deserializeEvent(withMeta({ v: 1 }), reader);
    expect(calls).toEqual(['1 to 2']);
    expect(event).toMatchObject({ type: 'PointsRecharged', upcast: true });
  });

  it('that are current are not changed', () => {
    const { event } = deserializeEvent(withMeta({ v: 2, ...settings }), reader);
    expect(event).not.toHaveProperty('upcast');
    expect(calls).toEqual([]);
  });

  it('without an upcaster are refused', () => {
    const gap = { 1: reader[1], 3: reader[2] };
    expect(() => deserializeEvent(withMeta({ v: 1 }), gap)).toThrow(
      new UnreadableEvent('nothing reads events of version 2'),
    );
    expect(() => deserializeEvent(withMeta({ v: 2, ...settings }), gap)).toThrow(
      new UnreadableEvent('nothing reads events of version 2'),
    );
  });

  it('are validated as they were written, before upcasting', () => {
    const old = damaged('PointsRecharged', { priority: undefined });
    expect(reasonOf(old)).toBe('PointsRecharged has a bad priority');
    expect(reasonOf({ ...old, meta: withMeta({ v: 2, ...settings }).meta })).toBe(
      'PointsRecharged has a bad owedAfter, priority, rechargeId',
    );
  });

  it('of rules that this program does not know are refused as unknown, not as damaged', () => {
    expect(() => deserializeEvent(withMeta({ v: 2, ...settings, rules: 3 }))).toThrow(UnknownEvent);
    expect(() => deserializeEvent(withMeta({ settings: 1, rules: 2 }))).toThrow(UnknownEvent);
    expect(reasonOf(withMeta({ v: 2, ...settings, rules: 1 }))).toBe('meta has a bad rules');
  });
});
