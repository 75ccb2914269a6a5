import { accountStream } from '#identity';
import { SETTINGS_STREAM, TAKE_OVER_STREAM } from '#ledger';
import type { SignedAnchor } from './anchor-file.js';
import { rootOfLeaves } from './merkle-frontier.js';
import { accountLeaf } from './merkle-hashes.js';
import { inclusionProof } from './merkle-proofs.js';
import type { AccountHead, EventSource, StoredEvent } from '../store/event-source.js';
import { proofFormat, type ProofHeader, type ProvedStream } from './proof-file.js';

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

/**
 * Proves one account up to the anchor: its events, and the path from its leaf to the signed root. What
 * was decided under settings can be judged only with them, so they are proved in the same way.
 */
export async function proveAccount(
  source: EventSource,
  user: string,
  anchor: SignedAnchor,
  progress: (accounts: number) => void = () => {},
): Promise<ProofResult> {
  const stream = accountStream(user);
  const proven = new Set([stream, SETTINGS_STREAM, TAKE_OVER_STREAM]);
  const leaves: string[] = [];
  const found = new Map<string, { readonly head: AccountHead; readonly index: number }>();
  for await (const page of source.accountHeads(anchor.position)) {
    for (const head of page) {
      if (proven.has(head.stream)) {
        found.set(head.stream, { head, index: leaves.length });
      }
      leaves.push(accountLeaf(head));
    }
    progress(leaves.length);
  }
  const root = rootOfLeaves(leaves);
  if (root !== anchor.accountsRoot) return { kind: 'anchor-differs', root };
  const proved = async (name: string): Promise<ProvedStream | null> => {
    const one = found.get(name);
    if (one === undefined) return null;
    const { revision, hash } = one.head;
    const path = await inclusionProof(one.index, leaves.length, (from, to) =>
      rootOfLeaves(leaves.slice(from, to)),
    );
    return { revision, hash, index: one.index, path };
  };
  const account = await proved(stream);
  if (account === null) return { kind: 'no-account' };
  const settings = await proved(SETTINGS_STREAM);
  const takeOvers = await proved(TAKE_OVER_STREAM);
  const format = proofFormat(settings !== null, takeOvers !== null);
  const head = { format, user, stream, ...account, anchor: anchor.text };
  const streams = [
    ...(settings === null ? [] : [SETTINGS_STREAM]),
    ...(takeOvers === null ? [] : [TAKE_OVER_STREAM]),
    stream,
  ];
  return {
    kind: 'proved',
    head: {
      ...head,
      ...(settings !== null && { settings }),
      ...(takeOvers !== null && { takeOvers }),
    },
    pages: eventsOf(source, streams, anchor),
  };
}

async function* eventsOf(
  source: EventSource,
  streams: readonly string[],
  { position }: SignedAnchor,
): AsyncIterable<readonly StoredEvent[]> {
  for (const stream of streams) yield* source.streamEvents(stream, position);
}
