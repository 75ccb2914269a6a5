import type { Position } from '#event-store';
import type { Anchor } from './anchor-file.js';
import { compareAnchors, provesPreviousAnchor } from './compare-anchors.js';
import { rootOfLeaves } from './merkle-frontier.js';
import { leafHash } from './merkle-hashes.js';
import { consistencyProof } from './merkle-proofs.js';

const leaves = Array.from({ length: 20 }, (_, index) =>
  leafHash(index.toString(16).padStart(2, '0')),
);
const rangeRoot = (from: number, to: number): string => rootOfLeaves(leaves.slice(from, to));

async function anchorOf(size: number, previous: Anchor | null = null): Promise<Anchor> {
  return {
    store: 'postgres',
    time: '2030-01-31T12:00:00.000Z',
    size,
    position: `postgres:${size}` as Position,
    eventsRoot: rangeRoot(0, size),
    accounts: 1,
    accountsRoot: 'b'.repeat(64),
    previous: previous && {
      size: previous.size,
      eventsRoot: previous.eventsRoot,
      proof: await consistencyProof(previous.size, size, rangeRoot),
    },
  };
}

const OTHER_ROOT = '0'.repeat(64);

describe('compareAnchors', () => {
  it.each([
    [1, 2],
    [5, 8],
    [8, 20],
    [19, 20],
  ])('finds an anchor of %i events consistent with one of %i made after it', async (a, b) => {
    const earlier = await anchorOf(a);
    expect(compareAnchors(earlier, await anchorOf(b, earlier))).toBe('consistent');
  });

  it('can not tell about an anchor that was made after another one, or none', async () => {
    const [first, second] = [await anchorOf(5), await anchorOf(8)];
    expect(compareAnchors(first, second)).toBe('unproven');
    expect(compareAnchors(first, await anchorOf(20, second))).toBe('unproven');
  });

  it('finds two anchors of the same size consistent only if their roots are the same', async () => {
    const anchor = await anchorOf(5);
    expect(compareAnchors(anchor, { ...anchor, time: '2031-01-01T00:00:00.000Z' })).toBe(
      'consistent',
    );
    expect(compareAnchors(anchor, { ...anchor, eventsRoot: OTHER_ROOT })).toBe('inconsistent');
    expect(compareAnchors(anchor, { ...anchor, accountsRoot: OTHER_ROOT })).toBe('inconsistent');
  });

  it('finds an anchor inconsistent that names another root of the earlier one', async () => {
    const earlier = await anchorOf(5);
    const later = await anchorOf(8, earlier);
    expect(compareAnchors({ ...earlier, eventsRoot: OTHER_ROOT }, later)).toBe('inconsistent');
  });

  it('finds an anchor inconsistent whose own root does not follow from the proof', async () => {
    const earlier = await anchorOf(5);
    const later = await anchorOf(8, earlier);
    expect(compareAnchors(earlier, { ...later, eventsRoot: OTHER_ROOT })).toBe('inconsistent');
  });

  it('finds an anchor inconsistent whose proof was changed', async () => {
    const earlier = await anchorOf(5);
    const later = await anchorOf(8, earlier);
    const proof = [...(later.previous?.proof ?? [])];
    for (const [index] of proof.entries()) {
      const changed = proof.with(index, OTHER_ROOT);
      const previous = { size: 5, eventsRoot: earlier.eventsRoot, proof: changed };
      expect(compareAnchors(earlier, { ...later, previous })).toBe('inconsistent');
    }
    expect(proof.length).toBeGreaterThan(1);
  });
});

describe('provesPreviousAnchor', () => {
  it('is true of an anchor that names no previous one', async () => {
    expect(provesPreviousAnchor(await anchorOf(5))).toBe(true);
  });

  it('is true of a correct proof, and false of one that is too short or too long', async () => {
    const later = await anchorOf(8, await anchorOf(5));
    expect(provesPreviousAnchor(later)).toBe(true);
    const { previous } = later;
    if (previous === null) throw new Error('it has a previous anchor');
    const { proof } = previous;
    for (const changed of [proof.slice(1), [...proof, OTHER_ROOT], []]) {
      expect(provesPreviousAnchor({ ...later, previous: { ...previous, proof: changed } })).toBe(
        false,
      );
    }
  });

  it('is false of a previous anchor that is larger than the anchor', async () => {
    const later = await anchorOf(8, await anchorOf(5));
    const previous = { size: 9, eventsRoot: rangeRoot(0, 9), proof: [] };
    expect(provesPreviousAnchor({ ...later, previous })).toBe(false);
  });
});
