import { readFileSync } from 'node:fs';
import { readPublicKey } from '../anchor/keys.js';
import { knownPolicies } from '../rules/known-policies.js';
import { checkProof } from './check-proof.js';
import { isProof, parseProof } from './proof-file.js';

describe('the golden proof', () => {
  it('holds for ever', () => {
    const text = readFileSync('test/golden/proof-v1.jsonl', 'utf8');
    const key = readPublicKey('test/golden/anchor-v1.pub');
    expect(isProof(text)).toBe(true);
    const proof = parseProof(text);
    const { faults, account, anchor } = checkProof('it', proof, key, knownPolicies());
    expect(faults).toEqual([]);
    expect(account.revision).toBe(proof.events.length - 1);
    expect(anchor.size).toBe(69);
  });
});
