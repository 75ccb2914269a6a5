import { nodeHash } from './merkle-hashes.js';

// The proofs of RFC 6962, sections 2.1.1 and 2.1.2, checked as in RFC 9162, sections 2.1.3.2 and
// 2.1.4.2. Sizes are below 2^53, so no bit operators.

/** The root of leaves `from` (inclusive) to `to` (exclusive). */
export type RangeRoot = (from: number, to: number) => Promise<string> | string;

/** The siblings on the path from a leaf to the root, lowest first. */
export async function inclusionProof(
  index: number,
  size: number,
  root: RangeRoot,
): Promise<string[]> {
  return inclusionPath(index, 0, size, root);
}

async function inclusionPath(
  index: number,
  from: number,
  to: number,
  root: RangeRoot,
): Promise<string[]> {
  if (to - from <= 1) return [];
  const middle = from + splitSize(to - from);
  return index < middle
    ? [...(await inclusionPath(index, from, middle, root)), await root(middle, to)]
    : [...(await inclusionPath(index, middle, to, root)), await root(from, middle)];
}

/** Proves that a tree of `size` leaves begins with the leaves of the tree of `before` leaves. */
export async function consistencyProof(
  before: number,
  size: number,
  root: RangeRoot,
): Promise<string[]> {
  if (before === 0 || before === size) return [];
  return consistencyPath(before, 0, size, true, root);
}

async function consistencyPath(
  before: number,
  from: number,
  to: number,
  isWhole: boolean,
  root: RangeRoot,
): Promise<string[]> {
  if (from + before === to) return isWhole ? [] : [await root(from, to)];
  const split = splitSize(to - from);
  const middle = from + split;
  return before <= split
    ? [...(await consistencyPath(before, from, middle, isWhole, root)), await root(middle, to)]
    : [
        ...(await consistencyPath(before - split, middle, to, false, root)),
        await root(from, middle),
      ];
}

/** The largest power of two below a number of leaves. */
export function splitSize(leaves: number): number {
  let split = 1;
  while (split * 2 < leaves) split *= 2;
  return split;
}

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

/** The root that a leaf and its siblings lead to; null: the tree has no such path. */
export function rootFromInclusionProof(
  leaf: string,
  index: number,
  size: number,
  path: readonly string[],
): string | null {
  if (index >= size) return null;
  let at = index;
  let last = size - 1;
  let root = leaf;
  for (const sibling of path) {
    if (last === 0) return null;
    if (isOdd(at) || at === last) {
      root = nodeHash(sibling, root);
      while (!isOdd(at) && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      root = nodeHash(root, sibling);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 ? root : null;
}

interface Tree {
  readonly size: number;
  readonly root: string;
}

export function verifyConsistency(before: Tree, after: Tree, proof: readonly string[]): boolean {
  if (before.size > after.size) return false;
  if (before.size === after.size) return before.root === after.root && proof.length === 0;
  if (before.size === 0) return proof.length === 0;
  return verifyConsistencyPath(before, after, proof);
}

function verifyConsistencyPath(before: Tree, after: Tree, proof: readonly string[]): boolean {
  const isFull = Number.isInteger(Math.log2(before.size));
  const [first, ...rest] = isFull ? [before.root, ...proof] : proof;
  if (first === undefined) return false;
  let at = before.size - 1;
  let last = after.size - 1;
  while (isOdd(at)) {
    at = half(at);
    last = half(last);
  }
  let [old, all] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      old = nodeHash(sibling, old);
      all = nodeHash(sibling, all);
      while (!isOdd(at) && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      all = nodeHash(all, sibling);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && old === before.root && all === after.root;
}
