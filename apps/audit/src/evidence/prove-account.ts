import { accountStream } from '#identity';
import type { SignedAnchor } from './anchor-file.js';
import { rootOfLeaves } from './merkle-frontier.js';
import { accountLeaf } from './merkle-hashes.js';
import { inclusionProof } from './merkle-proofs.js';
import type { AccountHead, EventSource, StoredEvent } from '../store/event-source.js';
import { PROOF_FORMAT, type ProofHeader } from './proof-file.js';

export type ProofResult =
  | {
      readonly kind: 'proved';
      readonly head: ProofHeader;
      /** Read from the store as they are consumed. */
      readonly pages: AsyncIterable<readonly StoredEvent[]>;
    }
  /** The account had no event at the anchor. */
  | { readonly kind: 'no-account' }
  /** The accounts are not the ones that were signed. */
  | { readonly kind: 'anchor-differs'; readonly root: string };

/** Proves one account up to the anchor: its events, and the path from its leaf to the signed root. */
export async function proveAccount(
  source: EventSource,
  user: string,
  anchor: SignedAnchor,
  progress: (accounts: number) => void = () => {},
): Promise<ProofResult> {
  const stream = accountStream(user);
  const leaves: string[] = [];
  let found: { readonly head: AccountHead; readonly index: number } | null = null;
  for await (const page of source.accountHeads(anchor.position)) {
    for (const head of page) {
      if (head.stream === stream) found = { head, index: leaves.length };
      leaves.push(accountLeaf(head));
    }
    progress(leaves.length);
  }
  const root = rootOfLeaves(leaves);
  if (root !== anchor.accountsRoot) return { kind: 'anchor-differs', root };
  if (found === null) return { kind: 'no-account' };
  const { head, index } = found;
  const path = await inclusionProof(index, leaves.length, (from, to) =>
    rootOfLeaves(leaves.slice(from, to)),
  );
  const { revision, hash } = head;
  return {
    kind: 'proved',
    head: { format: PROOF_FORMAT, user, stream, revision, hash, index, path, anchor: anchor.text },
    pages: source.streamEvents(stream, anchor.position),
  };
}
