import { readFileSync } from 'node:fs';
import { chainHash } from '#event-store';
import { bytesOfUuid, hexOf } from '../store/byte-strings.js';
import { HashChain, CHAIN_START } from './hash-chain.js';

interface Golden {
  readonly stream: string;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly data: string;
    readonly meta: string;
    readonly hash: string;
  }[];
}

const golden = JSON.parse(readFileSync('test/golden/events-v1.json', 'utf8')) as Golden;

describe("the auditor's own chain", () => {
  it('leads through the golden events', () => {
    const chain = new HashChain(golden.stream);
    let before = CHAIN_START;
    for (const [revision, event] of golden.events.entries()) {
      const idBytes = bytesOfUuid(event.id);
      before = chain.hashOf(before, { ...event, idBytes, revision });
      expect(hexOf(before)).toBe(event.hash);
    }
  });

  it('is the one of the writer, also far behind and in any script', () => {
    const event = {
      id: '41919851-29bd-5160-acef-516d32370249',
      type: '返还',
      data: '{"声":"音"}',
      meta: '',
    };
    const idBytes = bytesOfUuid(event.id);
    const before = Buffer.alloc(32, 0xcd);
    for (const revision of [0, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 7]) {
      const stream = `points-${revision}`;
      const written = chainHash(before, { ...event, stream, revision });
      const chain = new HashChain(stream);
      const computed = chain.hashOf(before.toString('latin1'), { ...event, idBytes, revision });
      expect(hexOf(computed)).toBe(Buffer.from(written).toString('hex'));
    }
  });
});
