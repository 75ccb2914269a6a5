import canonicalize from 'canonicalize';
import { deserializeEvent, serializeEvent, type SerializedEvent } from './codec.js';
import type { Provenance } from './provenance.js';
import { UnreadableEvent } from './unreadable-event.js';
import { readVector, vectorFiles } from '../testing/vectors.js';

type Data = Readonly<Record<string, unknown>> & { readonly type: string };

/** Events that an independent model wrote, the first of each type. */
const byType = new Map<string, Data>();
for (const file of vectorFiles('rules-2')) {
  for (const { events } of Object.values(readVector(file, 'rules-2').users)) {
    for (const event of events as readonly Data[]) {
      if ('owedAfter' in event && !byType.has(event.type)) byType.set(event.type, event);
    }
  }
}

const PROVENANCE: Provenance = {
  command: { source: '/billing', id: 'order-1', type: 'ReverseRecharge' },
  correlation: 'request-1',
  settings: 3,
  rules: 2,
};
const META = JSON.stringify({ ...PROVENANCE, v: 2 });

const stored = (data: object, type: string): SerializedEvent => ({
  type,
  data: JSON.stringify(data),
  meta: META,
});

function reasonOf(event: SerializedEvent): string {
  try {
    deserializeEvent(event);
  } catch (error) {
    if (error instanceof UnreadableEvent) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

const everyField = [...byType].flatMap(([type, data]) =>
  Object.keys(data).map((field) => [type, field] as const),
);

describe('an event of version 2', () => {
  it('is of one of eleven types', () => {
    expect(byType.size).toBe(11);
  });

  it.each([...byType])('is read, and written again as it was: %s', (type, data) => {
    const { event, provenance } = deserializeEvent(stored(data, type));
    expect(event).toEqual(data);
    expect(serializeEvent(event, provenance).data).toBe(JSON.stringify(data));
  });

  it.each(everyField)('%s names the field that is missing: %s', (type, field) => {
    const data = { ...byType.get(type), [field]: undefined };
    expect(reasonOf(stored(data, type))).toBe(`${type} has a bad ${field}`);
  });

  it.each(everyField)('%s names the field that is a list by mistake: %s', (type, field) => {
    const data = { ...byType.get(type), [field]: [[]] };
    expect(reasonOf(stored(data, type))).toBe(`${type} has a bad ${field}`);
  });

  it.each([
    ['PointsConsumed', 'owedAfter', [null, -1, 0.5]],
    ['PointsConsumed', 'sourceType', ['', 'TTS', 'a-b', 'x'.repeat(33)]],
    ['PointsConsumed', 'overrun', ['forgive', '']],
    ['PointsConsumed', 'onTimeout', ['wait', false]],
    ['PointsConsumed', 'quantity', [-1, '1']],
    ['PointsConsumed', 'price', [{}, 7, { points: '1' }]],
    ['ConsumptionSettled', 'cause', ['cancelled', null]],
    ['RechargeReversed', 'cause', ['fraud', null]],
    ['RechargeReversed', 'points', [-1, null]],
    ['RechargeReinstated', 'returns', [null, [{}]]],
    ['DebtCollected', 'draws', [[], null]],
    ['DebtForgiven', 'cause', ['settled', null]],
    ['DebtForgiven', 'points', [0, null]],
  ] as const)('%s names a bad %s', (type, field, values) => {
    for (const value of values) {
      const data = { ...byType.get(type), [field]: value };
      expect(reasonOf(stored(data, type))).toBe(`${type} has a bad ${field}`);
    }
  });
});

describe('the meta of version 2', () => {
  const [[type, data] = ['', {}]] = byType;

  it.each<[string, Partial<Provenance>]>([
    ['the least there is', {}],
    ['the data of the command', { data: { points: 5, user_id: 'u' } }],
    ['a trace', { traceparent: '00-1-2-01' }],
    ['a Kafka record', { kafka: { topic: 't', partition: 1, offset: '7' }, data: {} }],
  ])('is canonical JSON that names the settings: %s', (_, more) => {
    const whole = { ...PROVENANCE, ...more };
    const { event } = deserializeEvent(stored(data, type));
    const written = serializeEvent(event, whole);
    expect(written.meta).toBe(canonicalize({ ...whole, v: 2 }));
    expect(deserializeEvent(written).provenance).toEqual(whole);
  });

  it.each([
    ['policy', 'fingerprint'],
    ['settings', undefined],
    ['settings', 0],
    ['rules', undefined],
    ['data', 'text'],
    ['data', null],
  ])('names a bad %s: %j', (field, value) => {
    const meta = JSON.stringify({ ...PROVENANCE, v: 2, [field]: value });
    expect(reasonOf({ ...stored(data, type), meta })).toBe(`meta has a bad ${field}`);
  });

  it('may name settings in version 1 too, beside the fingerprint of the policy', () => {
    const old = { ...PROVENANCE, rules: 1, policy: 'fingerprint', v: 1 };
    const meta = canonicalize(old) ?? '';
    const expired = {
      type: 'PointsExpired',
      at: '2030-01-02T00:00:00.000Z',
      receivedAt: '2030-01-02T00:00:00.000Z',
      commandId: '7462ece4-6afc-52c9-9c28-14e83906ee80',
      digest: 'a'.repeat(64),
      balanceAfter: 0,
      batchId: 1,
      points: 1,
      expiredAt: '2030-01-02T00:00:00.000Z',
    };
    const read = deserializeEvent({ ...stored(expired, 'PointsExpired'), meta });
    expect(read.provenance).toMatchObject({ settings: 3, rules: 1, policy: 'fingerprint' });
    expect(serializeEvent(read.event, read.provenance).meta).toBe(meta);
  });
});
