import { parseMetaVersionFast, parseMetaFast } from './parse-meta.js';
import { deserializeEvent, serializeEvent } from '../codec.js';
import type { Provenance } from '../provenance.js';
import type { PointsRecharged } from '../../account/events.js';

const EVENT: PointsRecharged = {
  type: 'PointsRecharged',
  at: '2030-01-01T00:00:00.000Z',
  receivedAt: '2030-01-01T00:00:00.000Z',
  commandId: '7462ece4-6afc-52c9-9c28-14e83906ee80',
  digest: 'a'.repeat(64),
  balanceAfter: 1,
  owedAfter: null,
  batchId: 1,
  points: 1,
  expiresAt: null,
  priority: 50,
  sourceId: null,
  rechargeId: '7462ece4-6afc-52c9-9c28-14e83906ee80',
};
const PLAIN: Provenance = {
  command: { source: '/billing', id: '订单-1', type: 'RechargePoints' },
  policy: 'c1ba11ccfe00921f',
  correlation: 'corr 1',
};
const KAFKA = { topic: 'points.commands', partition: 0, offset: '9007199254740994' };
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const metaOf = (provenance: Provenance): string => serializeEvent(EVENT, provenance).meta;

describe('meta as it is written', () => {
  it.each([
    PLAIN,
    { ...PLAIN, kafka: KAFKA },
    { ...PLAIN, traceparent: TRACE },
    { ...PLAIN, kafka: { ...KAFKA, partition: 17 }, traceparent: TRACE },
    { ...PLAIN, correlation: '' },
  ])('is read without parsing it', (provenance) => {
    expect(parseMetaFast(metaOf(provenance))).toEqual({ v: 1, provenance });
    expect(parseMetaVersionFast(metaOf(provenance))).toBe(1);
  });

  it.each(['"', '\\', '\n', '\u0001', '\ud800'])('is parsed where JSON escapes %j', (strange) => {
    const provenance = { ...PLAIN, correlation: `a${strange}b` };
    const meta = metaOf(provenance);
    expect(parseMetaFast(meta)).toBeNull();
    expect(parseMetaVersionFast(meta)).toBeNull();
    expect(deserializeEvent({ ...serializeEvent(EVENT, provenance) }).provenance).toEqual(
      provenance,
    );
  });

  it.each([
    (meta: string) => meta.replace('"v":1', '"v":0'),
    (meta: string) => meta.replace('"v":1', '"v":01'),
    (meta: string) => meta.replace('"v":1', '"v":1.5'),
    (meta: string) => ` ${meta}`,
    (meta: string) => `${meta}\n`,
    (meta: string) => meta.replace('"policy"', '"more":1,"policy"'),
    (meta: string) => meta.replace('corr 1', 'corr\n1'),
  ])('is parsed, or refused, when it is written otherwise', (change) => {
    expect(parseMetaFast(change(metaOf(PLAIN)))).toBeNull();
    expect(parseMetaVersionFast(change(metaOf(PLAIN)))).toBeNull();
  });
});
