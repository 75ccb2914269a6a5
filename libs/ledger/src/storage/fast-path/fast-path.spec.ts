import fc from 'fast-check';
import { commandHistories } from '../../testing/arbitrary-histories.js';
import { runHistory } from '../../testing/run-history.js';
import { rulesOf, type LedgerEvent } from '../../account/events.js';
import { deserializeEvent, parseEvent, serializeEvent } from '../codec.js';
import { parseMeta, type Provenance } from '../provenance.js';
import { parseMetaFast, parseMetaVersionFast } from './parse-meta.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);

/** As the form of a command allows them: flat, but for the metadata. */
const digested = fc
  .record({
    metadata: fc.option(
      fc.dictionary(fc.constantFrom('a', 'job_id'), text, { noNullPrototype: true }),
    ),
    points: fc.option(fc.integer({ min: 0, max: 1_000_000_000 })),
    quantity: fc.option(fc.double({ min: 0, max: 10_000_000, noNaN: true })),
    source_id: fc.option(text),
    user_id: text,
  })
  .map((data) => Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null)));

const provenances: fc.Arbitrary<Provenance> = fc.record(
  {
    command: fc.record({ source: text, id: text, type: fc.constant('ConsumePoints' as const) }),
    policy: text,
    correlation: text,
    data: digested,
    traceparent: text,
    kafka: fc.record({
      topic: text,
      partition: fc.nat(999_999_999),
      offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
    }),
  },
  { requiredKeys: ['command', 'policy', 'correlation'] },
);

/** Rules 2 name their settings instead of the fingerprint of their policy. */
function provenanceOf(event: LedgerEvent, { policy, ...rest }: Provenance): Provenance {
  return rulesOf(event) === 1
    ? { ...rest, policy: policy ?? '' }
    : { ...rest, settings: 7, rules: 2 };
}

describe('the fast path', () => {
  it('leaves every event of arbitrary histories what it was', () => {
    fc.assert(
      fc.property(commandHistories(), provenances, (commands, provenance) => {
        for (const event of runHistory(commands).history) {
          const own = provenanceOf(event, provenance);
          const stored = serializeEvent(event, own);
          expect(parseEvent(stored)).toEqual(event);
          expect(deserializeEvent(stored)).toEqual({ event, provenance: own });
        }
      }),
    );
  });

  it('parses every provenance as plain parsing does', () => {
    let fast = 0;
    fc.assert(
      fc.property(provenances, (provenance) => {
        for (const event of [anyEvent, { ...anyEvent, owedAfter: 0 }]) {
          const own = provenanceOf(event, provenance);
          const { meta } = serializeEvent(event, own);
          const v = rulesOf(event);
          const plain = parseMeta(meta);
          expect(plain).toEqual({ v, provenance: own });
          const parsed = parseMetaFast(meta);
          expect(parseMetaVersionFast(meta)).toBe(parsed === null ? null : v);
          if (parsed === null) continue;
          fast += 1;
          expect(parsed).toEqual(plain);
        }
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
  owedAfter: null,
  batchId: 1,
  points: 1,
  expiredAt: '2030-01-02T00:00:00.000Z',
} as const;
