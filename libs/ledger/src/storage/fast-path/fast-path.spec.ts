import fc from 'fast-check';
import { commandHistories } from '../../testing/arbitrary-histories.js';
import { runHistory } from '../../testing/run-history.js';
import { deserializeEvent, parseEvent, serializeEvent } from '../codec.js';
import { parseMeta, type Provenance } from '../provenance.js';
import { parseMetaFast, parseMetaVersionFast } from './parse-meta.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);

const provenances: fc.Arbitrary<Provenance> = fc.record(
  {
    command: fc.record({ source: text, id: text, type: fc.constant('ConsumePoints' as const) }),
    policy: text,
    correlation: text,
    traceparent: text,
    kafka: fc.record({
      topic: text,
      partition: fc.nat(999_999_999),
      offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
    }),
  },
  { requiredKeys: ['command', 'policy', 'correlation'] },
);

describe('the fast path', () => {
  it('leaves every event of arbitrary histories what it was', () => {
    fc.assert(
      fc.property(commandHistories(), provenances, (commands, provenance) => {
        for (const event of runHistory(commands).history) {
          const stored = serializeEvent(event, provenance);
          expect(parseEvent(stored)).toEqual(event);
          expect(deserializeEvent(stored)).toEqual({ event, provenance });
        }
      }),
    );
  });

  it('parses every provenance as plain parsing does', () => {
    let fast = 0;
    fc.assert(
      fc.property(provenances, (provenance) => {
        const { meta } = serializeEvent(anyEvent, provenance);
        const plain = parseMeta(meta);
        expect(plain).toEqual({ v: 1, provenance });
        const parsed = parseMetaFast(meta);
        expect(parseMetaVersionFast(meta)).toBe(parsed === null ? null : 1);
        if (parsed === null) return;
        fast += 1;
        expect(parsed).toEqual(plain);
      }),
      { numRuns: 1_000 },
    );
    expect(fast).toBeGreaterThan(100);
  });
});

const anyEvent = {
  type: 'PointsExpired',
  at: '2030-01-02T00:00:00.000Z',
  receivedAt: '2030-01-02T00:00:00.000Z',
  commandId: '7462ece4-6afc-52c9-9c28-14e83906ee80',
  digest: 'a'.repeat(64),
  balanceAfter: 0,
  batchId: 1,
  points: 1,
  expiredAt: '2030-01-02T00:00:00.000Z',
} as const;
