import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { chainHash } from '#identity';
import { CHAIN_START, HashChain } from './hash-chain.js';

interface GoldenEvents {
  readonly stream: string;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly data: string;
    readonly meta: string;
    readonly hash: string;
  }[];
}

const golden = JSON.parse(readFileSync('test/golden/events-v1.json', 'utf8')) as GoldenEvents;

const EVENT = {
  id: '41919851-29bd-5160-acef-516d32370249',
  revision: 3,
  type: 'PointsConsumed',
  data: '{"points":1}',
  meta: '{}',
};

describe('HashChain', () => {
  it('reproduces the hashes of the golden events', () => {
    const chain = new HashChain(golden.stream);
    let previous = CHAIN_START;
    for (const [revision, event] of golden.events.entries()) {
      previous = chain.hashOf(previous, { ...event, revision });
      expect(previous).toBe(event.hash);
    }
  });

  it('agrees with the chain of the writer for any event', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.record({
          id: fc.uuid(),
          revision: fc.maxSafeNat(),
          type: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('PointsConsumed')),
          data: fc.string({ unit: 'grapheme' }),
          meta: fc.string({ unit: 'grapheme' }),
        }),
        fc.string({ unit: 'grapheme' }),
        (previous, event, stream) => {
          const written = Buffer.from(chainHash(previous, { ...event, stream })).toString('hex');
          const previousHex = Buffer.from(previous).toString('hex');
          expect(new HashChain(stream).hashOf(previousHex, event)).toBe(written);
        },
      ),
    );
  });

  it.each([
    ['id', '41919851-29bd-5160-acef-516d32370240'],
    ['revision', 4],
    ['type', 'PointsExpired'],
    ['data', '{"points":2}'],
    ['meta', '{ }'],
  ])('gives another hash when the %s changes', (field, value) => {
    const chain = new HashChain('points-1');
    expect(chain.hashOf(CHAIN_START, { ...EVENT, [field]: value })).not.toBe(
      chain.hashOf(CHAIN_START, EVENT),
    );
  });

  it('gives another hash in another stream, and behind another event', () => {
    const hash = new HashChain('points-1').hashOf(CHAIN_START, EVENT);
    expect(new HashChain('points-2').hashOf(CHAIN_START, EVENT)).not.toBe(hash);
    expect(new HashChain('points-1').hashOf('1'.repeat(64), EVENT)).not.toBe(hash);
  });
});
