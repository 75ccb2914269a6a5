import { accountStream } from '#identity';
import type { StoredEvent } from '../store/event-source.js';
import { MemoryEventSource, memoryPosition } from '../testing/memory-event-source.js';
import { sampleEvents } from '../testing/sample-events.js';
import { ANNA } from '../testing/sample-ledger.js';
import { EventTree, SUBTREE_LEAVES } from './event-tree.js';
import { MerkleFrontier, rootOfLeaves } from './merkle-frontier.js';
import { eventLeaf, nodeHash } from './merkle-hashes.js';

let events: StoredEvent[];
let leaves: string[];
beforeAll(async () => {
  events = await sampleEvents();
  leaves = events.map(({ hash }) => eventLeaf(hash));
});

function restOf(size: number): readonly string[] {
  const tree = new MerkleFrontier();
  for (const leaf of leaves.slice(0, size)) tree.add(leaf);
  return tree.roots;
}

describe('EventTree.rootAt', () => {
  it('gives the root at each size that was recorded', () => {
    const sizes = [1, 2, 7, 64, 69];
    const tree = new EventTree(
      [],
      sizes.map((size) => ({ size, rest: restOf(size) })),
    );
    for (const size of sizes) expect(tree.rootAt(size)).toBe(rootOfLeaves(leaves.slice(0, size)));
  });

  it('gives none at a size that was not recorded', () => {
    expect(new EventTree([], [{ size: 7, rest: restOf(7) }]).rootAt(8)).toBeNull();
  });

  it('joins the full subtrees with the rest', () => {
    const [one = '', other = '', leaf = ''] = leaves;
    const size = 2 * SUBTREE_LEAVES + 1;
    const tree = new EventTree([one, other], [{ size, rest: [leaf] }]);
    expect(tree.rootAt(size)).toBe(nodeHash(nodeHash(one, other), leaf));
  });

  it('gives none when a full subtree is missing', () => {
    const [one = '', leaf = ''] = leaves;
    const size = 2 * SUBTREE_LEAVES + 1;
    expect(new EventTree([one], [{ size, rest: [leaf] }]).rootAt(size)).toBeNull();
  });

  it('gives none when leaves of the rest are missing', () => {
    expect(new EventTree([], [{ size: 7, rest: restOf(6) }]).rootAt(7)).toBeNull();
    expect(new EventTree([], [{ size: 7, rest: [] }]).rootAt(7)).toBeNull();
  });
});

describe('EventTree.rangeRoots', () => {
  it.each([
    [0, 1],
    [0, 69],
    [13, 40],
    [68, 69],
  ])('reads the leaves from %i to %i from the store', async (from, to) => {
    const source = new MemoryEventSource(events, { eventsPerSpan: 10 });
    const root = new EventTree([], []).rangeRoots(source, memoryPosition(events.length));
    expect(await root(from, to)).toBe(rootOfLeaves(leaves.slice(from, to)));
  });

  it('reads them also from a store that does not number its events', async () => {
    const source = new MemoryEventSource(events, { countsPositions: false });
    const root = new EventTree([], []).rangeRoots(source, memoryPosition(events.length));
    expect(await root(20, 30)).toBe(rootOfLeaves(leaves.slice(20, 30)));
  });

  it('takes a full subtree from those that are kept', async () => {
    const source = new MemoryEventSource([]);
    const kept = ['a'.repeat(64), 'b'.repeat(64)];
    const root = new EventTree(kept, []).rangeRoots(source, memoryPosition(1));
    expect(await root(SUBTREE_LEAVES, 2 * SUBTREE_LEAVES)).toBe(kept[1]);
    expect(await root(0, 2 * SUBTREE_LEAVES)).toBe(nodeHash(kept[0] ?? '', kept[1] ?? ''));
  });

  it('is a tree over all events and not over those of one account', () => {
    const own = events.filter(({ stream }) => stream === accountStream(ANNA));
    expect(rootOfLeaves(own.map(({ hash }) => eventLeaf(hash)))).not.toBe(rootOfLeaves(leaves));
  });
});
