import { readFileSync } from 'node:fs';
import { readPublicKey } from './keys.js';
import { checkProof } from './check-proof.js';
import { InvalidProofError, isProof, parseProof } from './proof-file.js';

describe('the golden proof', () => {
  const text = readFileSync('test/golden/proof-v1.jsonl', 'utf8');
  const key = readPublicKey('test/golden/anchor-v1.pub');

  it('holds for ever', () => {
    expect(isProof(text)).toBe(true);
    const proof = parseProof([text]);
    const { faults, account, anchor, events } = checkProof('it', proof, key);
    expect(faults).toEqual([]);
    expect(account.revision).toBe(events - 1);
    expect(anchor.size).toBe(69);
  });

  it.each([1, 2, 7, 100, 4_096])('is the same in pieces of %i characters', (size) => {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
      text.slice(at * size, (at + 1) * size),
    );
    const [whole, read] = [parseProof([text]), parseProof(['', ...pieces])];
    expect(read.header).toEqual(whole.header);
    expect([...read.events]).toEqual([...whole.events]);
  });

  it('is refused where a line never ends', () => {
    function* endless(): Generator<string> {
      yield `${text.slice(0, text.indexOf('\n'))}\n{"data":"`;
      for (;;) yield 'x'.repeat(1024 * 1024);
    }
    expect(() => checkProof('it', parseProof(endless()), key)).toThrow(
      new InvalidProofError('a line is longer than any event'),
    );
  });
});
