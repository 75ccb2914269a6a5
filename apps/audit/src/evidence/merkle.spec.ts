import { createHash } from 'node:crypto';
import { MerkleFrontier, rootOfLeaves } from './merkle-frontier.js';
import { EMPTY_ROOT, accountLeaf, eventLeaf, leafHash } from './merkle-hashes.js';
import {
  consistencyProof,
  verifyConsistency,
  inclusionProof,
  rootFromInclusionProof,
} from './merkle-proofs.js';

const SIZE_MAX = 33;

/** The definition of RFC 6962, section 2.1, written down literally. */
function rootByDefinition(leaves: readonly string[]): string {
  const sha256 = (hex: string) =>
    createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex');
  if (leaves.length === 0) return sha256('');
  if (leaves.length === 1) return leaves[0] ?? '';
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return sha256(`01${rootByDefinition(left)}${rootByDefinition(right)}`);
}

const leaf = (n: number): string => leafHash(n.toString(16).padStart(2, '0'));
const leaves = (size: number): string[] => Array.from({ length: size }, (_, n) => leaf(n));
const range = (from: number, to: number): string => rootOfLeaves(leaves(to).slice(from));

/** The test tree of RFC 6962's own implementation. */
const KNOWN = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const KNOWN_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the Merkle tree', () => {
  it('has the roots of the known test tree of RFC 6962', () => {
    const tree = new MerkleFrontier();
    expect(tree.root()).toBe(EMPTY_ROOT);
    for (const [at, data] of KNOWN.entries()) {
      tree.add(leafHash(data));
      expect(tree.root()).toBe(KNOWN_ROOTS[at]);
    }
  });

  it('has the root that its definition gives, at every size', () => {
    for (let size = 0; size <= SIZE_MAX; size++) {
      expect(rootOfLeaves(leaves(size))).toBe(rootByDefinition(leaves(size)));
    }
  });

  it('is the same from whole subtrees', () => {
    const tree = new MerkleFrontier();
    tree.addSubtree(range(0, 8), 8);
    tree.addSubtree(range(8, 12), 4);
    tree.add(leaf(12));
    expect(tree.root()).toBe(range(0, 13));
    expect(() => tree.addSubtree(leaf(0), 2)).toThrow('a bug');
  });

  it('proves each leaf of each size, and no other', async () => {
    for (let size = 1; size <= SIZE_MAX; size++) {
      for (let index = 0; index < size; index++) {
        const path = await inclusionProof(index, size, range);
        expect(rootFromInclusionProof(leaf(index), index, size, path)).toBe(range(0, size));
        expect(rootFromInclusionProof(leaf(99), index, size, path)).not.toBe(range(0, size));
        expect(rootFromInclusionProof(leaf(index), index, size, [...path, leaf(1)])).toBeNull();
        if (path.length > 0) {
          expect(rootFromInclusionProof(leaf(index), index, size, path.slice(1))).not.toBe(
            range(0, size),
          );
        }
      }
      expect(rootFromInclusionProof(leaf(0), size, size, [])).toBeNull();
    }
  });

  it('proves that each size holds each smaller one, and no other', async () => {
    for (let size = 1; size <= SIZE_MAX; size++) {
      for (let before = 0; before <= size; before++) {
        const proof = await consistencyProof(before, size, range);
        const [old, all] = [
          { size: before, root: range(0, before) },
          { size, root: range(0, size) },
        ];
        expect(verifyConsistency(old, all, proof)).toBe(true);
        expect(verifyConsistency(old, all, [...proof, leaf(1)])).toBe(false);
        if (before === 0) continue;
        expect(verifyConsistency({ ...old, root: leaf(99) }, all, proof)).toBe(false);
        expect(verifyConsistency(old, { ...all, root: leaf(99) }, proof)).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(old, all, proof.slice(1))).toBe(false);
      }
    }
    expect(
      verifyConsistency({ size: 2, root: range(0, 2) }, { size: 1, root: range(0, 1) }, []),
    ).toBe(false);
  });

  it('has leaves whose parts can not run together', () => {
    const hash = 'ab'.repeat(32);
    const account = { stream: 'points-1', revision: 258, hash };
    const stream = createHash('sha256').update('points-1').digest('hex');
    expect(accountLeaf(account)).toBe(leafHash(`${stream}0000000000000102${hash}`));
    expect(eventLeaf(hash)).toBe(leafHash(hash));
  });
});
