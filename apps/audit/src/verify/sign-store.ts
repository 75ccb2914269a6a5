import type { KeyObject } from 'node:crypto';
import { consistencyOf } from '../evidence/merkle-proofs.js';
import type { EventSource } from '../store/event-source.js';
import { CannotCheckError } from '../store/errors.js';
import type { Crew } from './jobs.js';
import { verifyStore, type Verified, type VerifyOptions } from './verify-store.js';
import { signAnchor, type Anchor, type SignedAnchor } from '../evidence/anchor-file.js';

export interface AnchorOptions {
  readonly key: KeyObject;
  readonly time: string;
  /** The one before: the store must still hold it, and the new anchor shows that it does. */
  readonly after: Anchor | null;
  readonly begin?: VerifyOptions['begin'];
}

export interface Anchored {
  readonly verified: Verified;
  /** null: what is damaged is not signed. */
  readonly anchor: SignedAnchor | null;
}

/** Verifies the whole store, and signs what it holds if nothing is wrong with it. */
export async function makeAnchor(
  source: EventSource,
  crew: Crew,
  { key, time, after, begin }: AnchorOptions,
): Promise<Anchored> {
  const verified = await verifyStore(source, crew, {
    anchors: after === null ? [] : [after],
    tree: true,
    ...(begin && { begin }),
  });
  const { findings, tree, last, events: size } = verified;
  if (!findings.isClean) return { verified, anchor: null };
  if (last === null || tree === null)
    throw new CannotCheckError('an empty store has nothing to sign');
  const anchor: Anchor = {
    store: source.kind,
    time,
    size,
    position: last,
    eventsRoot: tree.eventsRoot,
    accounts: verified.accounts,
    accountsRoot: tree.accountsRoot,
    previous:
      after === null
        ? null
        : {
            size: after.size,
            eventsRoot: after.eventsRoot,
            proof: await consistencyOf(after.size, size, tree.events.ranges(source, last)),
          },
  };
  return { verified, anchor: signAnchor(anchor, key) };
}
