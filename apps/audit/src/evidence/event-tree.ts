import type { Position } from '#event-store';
import { MerkleFrontier, rootOfLeaves } from './merkle-frontier.js';
import { eventLeaf, nodeHash } from './merkle-hashes.js';
import { splitSize, type RangeRoot } from './merkle-proofs.js';
import type { EventSource } from '../store/event-source.js';

/** The full subtrees of the event tree whose roots are kept have so many leaves. */
export const SUBTREE_LEAVES = 65_536;

/** The tree when it had `size` leaves: the roots of the subtrees behind its last full one. */
export interface TreeCut {
  readonly size: number;
  readonly rest: readonly string[];
}

/** The Merkle tree over all events. Roots of large subtrees are kept; the rest is read again if needed. */
export class EventTree {
  constructor(
    private readonly subtrees: readonly string[],
    private readonly cuts: readonly TreeCut[],
  ) {}

  /** null: the store does not reach that size, or has gaps. */
  rootAt(size: number): string | null {
    const cut = this.cuts.find((made) => made.size === size);
    const full = Math.floor(size / SUBTREE_LEAVES);
    if (cut === undefined || this.subtrees.length < full) return null;
    const tree = new MerkleFrontier();
    for (const root of this.subtrees.slice(0, full)) tree.addSubtree(root, SUBTREE_LEAVES);
    let rest = size % SUBTREE_LEAVES;
    for (const root of cut.rest) {
      const leaves = 2 ** Math.floor(Math.log2(rest));
      tree.addSubtree(root, leaves);
      rest -= leaves;
    }
    return rest === 0 ? tree.root() : null;
  }

  /** Computes the roots that a proof needs. Leaves of incomplete subtrees are read from the store. */
  rangeRoots(source: EventSource, last: Position): RangeRoot {
    const root = async (from: number, to: number): Promise<string> => {
      const isSubtree = to - from === SUBTREE_LEAVES && from % SUBTREE_LEAVES === 0;
      const subtree = this.subtrees[from / SUBTREE_LEAVES];
      if (isSubtree && subtree !== undefined) return subtree;
      if (to - from <= SUBTREE_LEAVES)
        return rootOfLeaves(await readLeaves(source, last, from, to));
      const middle = from + splitSize(to - from);
      return nodeHash(await root(from, middle), await root(middle, to));
    };
    return root;
  }
}

/** The leaves of the events from index `from` to `to` (exclusive), counted from 0. */
async function readLeaves(
  source: EventSource,
  last: Position,
  from: number,
  to: number,
): Promise<readonly string[]> {
  const leaves: string[] = [];
  let before = 0;
  for (const span of source.spans(last)) {
    const isBefore = span.events !== null && before + span.events <= from;
    if (before >= to) break;
    if (isBefore) {
      before += span.events ?? 0;
      continue;
    }
    for await (const page of source.headers(span)) {
      for (const { hash } of page) {
        if (before >= from && before < to) leaves.push(eventLeaf(hash));
        before += 1;
      }
      if (before >= to) break;
    }
  }
  return leaves;
}
