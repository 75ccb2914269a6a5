import { readFileSync } from 'node:fs';
import { chainHash } from '#event-store';
import { AccountChain, CHAIN_START } from './account-chain.js';

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
    const chain = new AccountChain(golden.stream);
    let before = CHAIN_START;
    for (const [revision, event] of golden.events.entries()) {
      before = chain.hashOf(before, { ...event, revision });
      expect(before).toBe(event.hash);
    }
  });

  it('is the one of the writer, also far behind and in any script', () => {
    const event = {
      id: '41919851-29bd-5160-acef-516d32370249',
      type: '返还',
      data: '{"声":"音"}',
      meta: '',
    };
    const before = 'cd'.repeat(32);
    for (const revision of [0, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 7]) {
      const stream = `points-${revision}`;
      const written = chainHash(Buffer.from(before, 'hex'), { ...event, stream, revision });
      const computed = new AccountChain(stream).hashOf(before, { ...event, revision });
      expect(computed).toBe(Buffer.from(written).toString('hex'));
    }
  });
});
