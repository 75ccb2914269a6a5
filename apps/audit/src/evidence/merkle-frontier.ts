import { EMPTY_ROOT, nodeHash } from './merkle-hashes.js';

/**
 * A Merkle tree to which leaves are appended. It keeps only the roots of its full subtrees: one for
 * each 1 in the binary size, however many leaves there are.
 */
export class MerkleFrontier {
  #size = 0;
  readonly #roots: string[] = [];

  get size(): number {
    return this.#size;
  }

  /** Largest first. */
  get roots(): readonly string[] {
    return this.#roots;
  }

  add(leaf: string): void {
    this.addSubtree(leaf, 1);
  }

  /** `leaves` must be a power of two that divides the current size. */
  addSubtree(root: string, leaves: number): void {
    if (this.#size % leaves !== 0)
      throw new Error('a bug: a subtree must begin at a multiple of its size');
    let joined = root;
    for (let full = this.#size / leaves; full % 2 === 1; full = (full - 1) / 2) {
      joined = nodeHash(this.#roots.pop() ?? '', joined);
    }
    this.#roots.push(joined);
    this.#size += leaves;
  }

  root(): string {
    return rootOfSubtrees(this.#roots);
  }
}

/** The root over the roots of full subtrees, largest first. */
function rootOfSubtrees(roots: readonly string[]): string {
  let root = roots.at(-1);
  if (root === undefined) return EMPTY_ROOT;
  for (let at = roots.length - 2; at >= 0; at--) root = nodeHash(roots[at] ?? '', root);
  return root;
}

export function rootOfLeaves(leaves: Iterable<string>): string {
  const tree = new MerkleFrontier();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}
