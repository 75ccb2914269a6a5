import { verifyConsistency } from './merkle-proofs.js';
import type { Anchor } from './anchor-file.js';

type AnchorRelation = 'consistent' | 'inconsistent' | 'unproven';

/**
 * Whether a later anchor holds everything that an earlier one does, by themselves. `unproven`: the
 * later one follows another anchor, and only the store can tell.
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

/** Whether the proof in an anchor shows what the anchor says of the one before it. */
export function provesPreviousAnchor({ previous, size, eventsRoot }: Anchor): boolean {
  if (previous === null) return true;
  return verifyConsistency(
    { size: previous.size, root: previous.eventsRoot },
    { size, root: eventsRoot },
    previous.proof,
  );
}
