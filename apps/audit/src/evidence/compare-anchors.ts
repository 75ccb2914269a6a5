import { verifyConsistency } from './merkle-proofs.js';
import type { Anchor } from './anchor-file.js';

type AnchorRelation = 'consistent' | 'inconsistent' | 'unproven';

/**
 * Whether a later anchor covers everything that an earlier one does, judged by the two files alone.
 * `unproven`: the later one was not made after the earlier one, so only the store can tell.
 */
export function compareAnchors(earlier: Anchor, later: Anchor): AnchorRelation {
  if (earlier.size === later.size) {
    const isSame =
      earlier.eventsRoot === later.eventsRoot && earlier.accountsRoot === later.accountsRoot;
    return isSame ? 'consistent' : 'inconsistent';
  }
  const { previous } = later;
  if (previous?.size !== earlier.size) return 'unproven';
  return previous.eventsRoot === earlier.eventsRoot && provesPreviousAnchor(later)
    ? 'consistent'
    : 'inconsistent';
}

/** Whether an anchor's consistency proof really leads from the previous anchor to this one. */
export function provesPreviousAnchor({ previous, size, eventsRoot }: Anchor): boolean {
  if (previous === null) return true;
  return verifyConsistency(
    { size: previous.size, root: previous.eventsRoot },
    { size, root: eventsRoot },
    previous.proof,
  );
}
