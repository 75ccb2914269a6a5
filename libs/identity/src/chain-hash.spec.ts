import { readFileSync } from 'node:fs';
import { CHAIN_START, chainHash, type ChainedEvent } from './chain-hash.js';

interface GoldenChain {
  readonly events: readonly (ChainedEvent & { readonly hash: string })[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/chain-v1.json', import.meta.url), 'utf8'),
) as GoldenChain;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const event: ChainedEvent = {
  stream: 'points-u1',
  revision: 7,
  id: '6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60',
  type: 'PointsConsumed',
  data: '{"a":1}',
  meta: '{"v":1}',
};

describe('the hash of an event', () => {
  it('equals what version 1 computed', () => {
    let before = CHAIN_START;
    for (const { hash, ...said } of golden.events) {
      before = chainHash(before, said);
      expect(hex(before)).toBe(hash);
    }
    expect(golden.events.length).toBeGreaterThan(2);
  });

  it('rejects parts of the wrong form', () => {
    expect(() => chainHash(new Uint8Array(3), event)).toThrow('no hash before revision 7');
    expect(() => chainHash(CHAIN_START, { ...event, revision: 0.5 })).toThrow('revision 0.5');
    expect(() => chainHash(CHAIN_START, { ...event, id: 'x' })).toThrow('"x" is not a UUID');
  });

  it.each<[string, Partial<ChainedEvent>]>([
    ['stream', { stream: 'points-u2' }],
    ['revision', { revision: 8 }],
    ['id', { id: '6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f61' }],
    ['type', { type: 'PointsConsume' }],
    ['data', { data: '{"a": 1}' }],
    ['meta', { meta: '{"v":2}' }],
  ])('covers its %s', (_field, change) => {
    expect(hex(chainHash(CHAIN_START, { ...event, ...change }))).not.toBe(
      hex(chainHash(CHAIN_START, event)),
    );
  });

  it('covers the hash before it', () => {
    const other = new Uint8Array(32).fill(1);
    expect(hex(chainHash(other, event))).not.toBe(hex(chainHash(CHAIN_START, event)));
  });

  it('does not let fields run together', () => {
    const moved = { ...event, data: event.data + event.meta, meta: '' };
    expect(hex(chainHash(CHAIN_START, moved))).not.toBe(hex(chainHash(CHAIN_START, event)));
  });
});
